package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/smtp"
	"net/textproto"
	"os/exec"
	"testing"
)

func TestServer(t *testing.T) {
	certificate, pem, err := newCertificate("127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	s, err := startServer(certificate)
	if err != nil {
		t.Fatal(err)
	}
	defer s.stop()
	c, err := smtp.Dial(s.address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	var refused *textproto.Error
	if err := c.Mail("a@example.com"); !errors.As(err, &refused) || refused.Code != 530 {
		t.Errorf("a mail without TLS: %v", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		t.Error("no certificate")
	}
	if err := c.StartTLS(&tls.Config{RootCAs: roots, ServerName: "127.0.0.1"}); err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{c.Mail("a@example.com"), c.Rcpt("b@example.com"), c.Rcpt("c@example.com")} {
		if err != nil {
			t.Fatal(err)
		}
	}
	w, err := c.Data()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte("Subject: x\r\n\r\ntext\r\n")); err != nil {
		t.Error(err)
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	want := mail{"a@example.com", "b@example.com, c@example.com", "TLS 1.3", "Subject: x\n\ntext\n"}
	if got := s.mails(); len(got) != 1 || got[0] != want {
		t.Errorf("got %q", got)
	}
}

func TestRun(t *testing.T) {
	var out, errs bytes.Buffer
	if err := run([]string{"go", "env", "GOOS"}, &out, &errs); err != nil || out.Len() == 0 || errs.Len() > 0 {
		t.Errorf("%v, %q, %q", err, &out, &errs)
	}
	var e *exec.ExitError
	if err := run([]string{"go", "no-such-command"}, &out, &errs); !errors.As(err, &e) || e.ExitCode() != 2 {
		t.Errorf("a command that fails: %v", err)
	}
	if err := run([]string{"no-such-command-here"}, &out, &errs); !errors.Is(err, exec.ErrNotFound) {
		t.Errorf("no command: %v", err)
	}
}
