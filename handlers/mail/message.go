package mail

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"mime"
	"net/mail"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/logbook-go/logbook/internal/text"
)

// Bounds in bytes. Longer texts are cut, and the cut is marked.
const (
	maxHeader    = 256     // of a header's value
	maxAddresses = 4 << 10 // of a header of addresses; if it is longer, it has none
	maxRecord    = 1 << 20 // of a record's text
	maxText      = 4 << 20 // of a mail's text
)

const cutMark = "...[cut]"

// message is a mail, ready to be sent.
type message struct {
	from *mail.Address
	to   []*mail.Address
	data []byte // with headers; lines end with CRLF
}

// draft has the parts of a mail.
type draft struct {
	from     *mail.Address
	to       []*mail.Address
	hostname string
	headers  []headerValue
	text     string
	html     string  // "": none
	missing  []error // reasons for parts that had to be left out
}

func (d *draft) miss(why error) { d.missing = append(d.missing, why) }

type headerValue struct{ name, value string }

const autoSubmitted = "Auto-Submitted"

// header returns the value of a header, "" if there is none.
func (d *draft) header(name string) string {
	for _, h := range d.headers {
		if strings.EqualFold(h.name, name) {
			return h.value
		}
	}
	return ""
}

// render writes the mail.
func (d *draft) render() (*message, error) {
	m := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	m.FromMailAddress(d.from)
	m.ToMailAddress(d.to...)
	m.SetDateWithValue(time.Now())
	m.SetMessageIDWithValue(rand.Text() + "@" + d.hostname)
	if d.header(autoSubmitted) == "" {
		m.SetGenHeader(autoSubmitted, "auto-generated") // prevents vacation notices
	}
	for _, h := range d.headers {
		if name, ok := addressHeaders[strings.ToLower(h.name)]; ok {
			if as := parseList(h.value); as != nil {
				m.SetAddrHeaderFromMailAddress(name, as...)
			}
		} else if h.value != "" {
			m.SetGenHeader(gomail.Header(h.name), encodeHeader(h.value))
		}
	}
	m.SetBodyString(gomail.TypeTextPlain, crlf(d.text), gomail.WithPartEncoding(encodingOf(d.text)))
	if d.html != "" {
		m.AddAlternativeString(gomail.TypeTextHTML, crlf(d.html), gomail.WithPartEncoding(encodingOf(d.html)))
	}
	var b bytes.Buffer
	if _, err := m.WriteTo(&b); err != nil {
		return nil, fmt.Errorf("writing the mail: %w", err)
	}
	return &message{d.from, d.to, b.Bytes()}, nil
}

var addressHeaders = map[string]gomail.AddrHeader{
	"to": gomail.HeaderTo, "cc": gomail.HeaderCc, "reply-to": gomail.HeaderReplyTo,
}

// cleanHeader makes text valid for a header: one line, with single spaces, since a folded
// line of only spaces would look like the end of the headers.
func cleanHeader(name, s string) string {
	s = strings.Map(func(c rune) rune {
		if isControl(c) {
			return ' '
		}
		return c
	}, s)
	limit := maxHeader
	if _, ok := addressHeaders[strings.ToLower(name)]; ok {
		limit = maxAddresses
	}
	return text.Cut(strings.Join(strings.Fields(s), " "), limit, cutMark)
}

// encodeHeader encodes non-ASCII text as encoded words (RFC 2047), and text that looks
// like one.
func encodeHeader(s string) string {
	if !strings.Contains(s, "=?") {
		return mime.QEncoding.Encode("utf-8", s)
	}
	var words []string
	for s != "" {
		word := text.Whole(s[:min(45, len(s))]) // a word may have 75 characters
		words = append(words, "=?utf-8?b?"+base64.StdEncoding.EncodeToString([]byte(word))+"?=")
		s = s[len(word):]
	}
	return strings.Join(words, " ")
}

// encodingOf returns the encoding of a part: none, if it is ASCII with lines short enough
// for SMTP, otherwise quoted-printable.
func encodingOf(s string) gomail.Encoding {
	const maxLine = 900
	line := 0
	for i := range len(s) {
		switch c := s[i]; {
		case c == '\n':
			line = 0
			continue
		case c < ' ' && c != '\t' || c >= 0x7f:
			return gomail.EncodingQP
		}
		if line++; line > maxLine {
			return gomail.EncodingQP
		}
	}
	return gomail.NoEncoding
}

var newlines = strings.NewReplacer("\r\n", "\n", "\r", "\n")

func crlf(s string) string { return strings.ReplaceAll(newlines.Replace(s), "\n", "\r\n") }
