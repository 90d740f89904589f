package push

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/logbook-go/logbook/internal/notify"
	"github.com/logbook-go/logbook/internal/secret"
)

const (
	// maxAnswer bounds how much of an answer is read, in bytes.
	maxAnswer = 64 << 10

	// maxExcerpt bounds how much of it an error shows, in characters.
	maxExcerpt = 300
)

// newScrubber returns a scrubber for the given secrets and those in an address, which are
// all parts except scheme and host.
func newScrubber(u *url.URL, secrets []string) *secret.Scrubber {
	s := new(secret.Scrubber)
	s.Add(secrets...)
	if u.RequestURI() != "/" || u.User != nil || u.Fragment != "" {
		s.Add(u.String())
	}
	for _, part := range []string{u.RequestURI(), u.Path, u.RawQuery, u.Fragment} {
		if len(part) > secret.ShortPiece {
			s.AddPieces(part)
		}
	}
	if u.User != nil {
		password, _ := u.User.Password()
		s.Add(u.User.Username(), password, u.User.Username()+":"+password)
	}
	return s
}

// clean returns an error without secrets: err without the address that begins an error of
// the HTTP client.
func (h *Handler) clean(err error) error {
	var u *url.Error
	for errors.As(err, &u) {
		err = u.Err
	}
	return h.secrets.Error(err)
}

// answer returns the error of an unsuccessful answer.
func (h *Handler) answer(status int, body []byte) error {
	message := strconv.Itoa(status)
	if text := http.StatusText(status); text != "" {
		message += " " + text
	}
	if status >= 300 && status < 400 {
		message += ", a redirect that is not followed"
	}
	text := string(body)
	if len(body) >= maxAnswer {
		// A secret may have been cut off.
		text = text[:max(0, len(text)-h.secrets.Longest())]
	}
	text = strings.ToValidUTF8(text, "?")
	text = strings.Join(strings.Fields(h.secrets.Text(text)), " ")
	if text = notify.Cut(text, maxExcerpt, notify.Characters); text != "" {
		message += ": " + text
	}
	return errors.New(message)
}
