package mail_test

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"strings"
	"testing"
)

// parsed is a parsed mail.
type parsed struct {
	header  netmail.Header
	subject string // decoded
	text    string // decoded, with \n
	html    string
}

var decoder = new(mime.WordDecoder)

func parse(tb testing.TB, data []byte) *parsed {
	tb.Helper()
	p, err := parseMail(data)
	if err != nil {
		tb.Fatalf("%v in\n%s", err, data)
	}
	return p
}

func parseMail(data []byte) (*parsed, error) {
	m, err := netmail.ReadMessage(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	p := &parsed{header: m.Header}
	if p.subject, err = decoder.DecodeHeader(m.Header.Get("Subject")); err != nil {
		return nil, err
	}
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		return nil, err
	}
	switch kind {
	case "text/plain":
		p.text, err = decodeText(m.Body, m.Header.Get("Content-Transfer-Encoding"))
		return p, err
	case "multipart/alternative":
	default:
		return nil, errors.New("the mail is " + kind)
	}
	parts := multipart.NewReader(m.Body, params["boundary"])
	for {
		part, err := parts.NextRawPart()
		if err == io.EOF {
			return p, nil
		}
		if err != nil {
			return nil, err
		}
		text, err := decodeText(part, part.Header.Get("Content-Transfer-Encoding"))
		if err != nil {
			return nil, err
		}
		if strings.HasPrefix(part.Header.Get("Content-Type"), "text/html") {
			p.html = text
		} else {
			p.text = text
		}
	}
}

func decodeText(r io.Reader, encoding string) (string, error) {
	switch encoding {
	case "quoted-printable":
		r = quotedprintable.NewReader(r)
	case "8bit":
	default:
		return "", errors.New("encoding " + encoding)
	}
	b, err := io.ReadAll(r)
	text := strings.ReplaceAll(string(b), "\r\n", "\n")
	return strings.TrimSuffix(text, "\n"), err
}
