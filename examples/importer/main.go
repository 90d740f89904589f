// Importer reads files of JSON lines, such as the records.json of webapp, and counts
// the levels in them. It logs like an unattended job:
//
//	go run ./examples/importer [-dir FOLDER] FILE...
//
// The console, stderr, shows the imported files. The folder of the flag -dir, by default
// run, has
//
//	import.log     all records, in files of up to 16 KiB: finished files are
//	               import.log.1.gz to import.log.3.gz, and older ones are removed
//	problems.log   the last records of each file that failed, and of no others
//
// With -mail HOST:PORT, the contents of problems.log are also mailed over TLS, one mail
// for each file. -ca is a file with the certificate to trust. Both may be set in the
// environment, as MAIL_SERVER and MAIL_CA: see examples/mailserver.
//
// Exit codes: 0 if all files were imported, 1 if not, 2 for invalid flags.
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/handlers/mail"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
)

var log = logbook.New("importer")

type options struct {
	dir, mail, ca string
	files         []string
}

func main() {
	var o options
	flag.StringVar(&o.dir, "dir", "run", "write the log files to this `folder`, which is created if necessary")
	flag.StringVar(&o.mail, "mail", os.Getenv("MAIL_SERVER"), "mail problems through the server at `HOST:PORT`")
	flag.StringVar(&o.ca, "ca", os.Getenv("MAIL_CA"), "trust the certificates in this `file`, not those of the system")
	flag.Parse()
	if o.files = flag.Args(); len(o.files) == 0 {
		fmt.Fprintln(os.Stderr, "importer: which files?")
		flag.Usage()
		os.Exit(2)
	}
	if err := run(&o); err != nil {
		// Nothing is bound any more, so this goes to the default handler, stderr.
		log.Error("{error}", "error", err)
		os.Exit(1)
	}
}

// run imports the files. It leaves nothing bound and nothing open.
func run(o *options) (err error) {
	if err := os.MkdirAll(o.dir, 0o750); err != nil {
		return err
	}
	everything, err := handlers.NewRotating(filepath.Join(o.dir, "import.log"), &handlers.FileOptions{
		MaxSize: 16 << 10, Backups: 3, Compress: handlers.Gzip(),
		Bubble: true, // the records also go to the console
	})
	if err != nil {
		return err
	}
	logbook.PushApplication(handlers.NewConsole(&logbook.Options{Level: logbook.LevelInfo}), everything)
	defer func() { err = errors.Join(err, inTime(logbook.Shutdown)) }()

	problems, err := newProblems(o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, inTime(problems.Close)) }()

	failed := 0
	for _, file := range o.files {
		if !job(file, problems) {
			failed++
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d files could not be imported", failed, len(o.files))
	}
	return nil
}

// newProblems returns the handler for problems: a file and, if configured, mail.
func newProblems(o *options) (*handlers.Fanout, error) {
	file, err := handlers.NewFile(filepath.Join(o.dir, "problems.log"), &handlers.FileOptions{Truncate: true})
	if err != nil {
		return nil, err
	}
	if o.mail == "" {
		return handlers.NewFanout(file), nil
	}
	post, err := newMail(o)
	if err != nil {
		return nil, errors.Join(err, inTime(file.Close))
	}
	return handlers.NewFanout(file, queues.NewBackground(post, nil)), nil
}

// newMail returns a handler that mails over TLS. It sends no mail to a server without
// STARTTLS or with an untrusted certificate.
func newMail(o *options) (*mail.Handler, error) {
	var trusted *tls.Config
	if o.ca != "" {
		pem, err := os.ReadFile(o.ca)
		if err != nil {
			return nil, err
		}
		trusted = &tls.Config{RootCAs: x509.NewCertPool()}
		if !trusted.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("%s: no certificates found", o.ca)
		}
	}
	return mail.New(&mail.Options{
		Server: o.mail, TLS: mail.StartTLS, TLSConfig: trusted,
		From: "importer@example.com", To: []string{"oncall@example.com"},
		Formatter:        logbook.MustFormat("Subject: import of {record.extra[job]} failed\n\n{record.time:%H:%M:%S} {record.message}"),
		RelatedFormatter: logbook.MustFormat("{record.time:%H:%M:%S} {record.message}"),
		Hostname:         "importer.example.com",
	})
}

func inTime(end func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return end(ctx)
}
