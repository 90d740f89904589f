// Mailserver runs a command together with a mail server, and prints the mails that the
// command sent:
//
//	go run ./examples/mailserver COMMAND [ARGUMENT...]
//
// The server is for trying out programs that send mail. It listens on a free port of
// 127.0.0.1, accepts mail only after STARTTLS, and does not deliver it. Each run makes a
// new certificate. The command gets the address as HOST:PORT in MAIL_SERVER, and the file
// with the certificate to trust in MAIL_CA. SSL_CERT_FILE names it, too, for programs
// that use the system's certificates, except on Windows and macOS. This is how to try
// sinks by hand:
//
//	echo 'ERROR: disk full' | go run ./examples/mailserver sh -c \
//		'go run ./cmd/logbook pipe --to "smtp://$MAIL_SERVER?tls=starttls&from=me@example.com&to=you@example.com"'
//
// The exit code is that of the command, or 2 if it could not be started.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: mailserver COMMAND [ARGUMENT...]")
		os.Exit(2)
	}
	err := run(os.Args[1:], os.Stdout, os.Stderr)
	if e := (*exec.ExitError)(nil); errors.As(err, &e) && e.Exited() {
		os.Exit(e.ExitCode())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "mailserver:", err)
		os.Exit(2)
	}
}

// run runs the command and prints the mails it sent.
func run(command []string, stdout, stderr io.Writer) error {
	dir, err := os.MkdirTemp("", "mailserver-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	certificate, pem, err := newCertificate("127.0.0.1")
	if err != nil {
		return err
	}
	ca := filepath.Join(dir, "ca.pem")
	if err := os.WriteFile(ca, pem, 0o600); err != nil {
		return err
	}
	s, err := startServer(certificate)
	if err != nil {
		return err
	}
	defer s.stop()

	c := exec.Command(command[0], command[1:]...)
	c.Stdin, c.Stdout, c.Stderr = os.Stdin, stdout, stderr
	c.Env = append(os.Environ(), "MAIL_SERVER="+s.address, "MAIL_CA="+ca, "SSL_CERT_FILE="+ca)
	failure := c.Run()
	for _, m := range s.mails() {
		fmt.Fprintf(stdout, "mail from %s to %s, over %s\n\n%s", m.from, m.to, m.tls, m.text)
	}
	return failure
}
