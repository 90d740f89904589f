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
	// maxAnswer bounds what is read of an answer.
	maxAnswer = 64 << 10

	// maxExcerpt bounds what an error shows of it, in characters.
	maxExcerpt = 300
)

// newScrubber knows the secrets in an address, of which only scheme and host are none,
// and further ones.
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

// clean returns an error that holds no secret: err without the address that an HTTP
// client's error begins with.
func (h *Handler) clean(err error) error {
	var u *url.Error
	for errors.As(err, &u) {
		err = u.Err
	}
	return h.secrets.Error(err)
}

// answer returns the error of an answer that is no success.
func (h *Handler) answer(status int, body []byte) error {
	what := strconv.Itoa(status)
	if text := http.StatusText(status); text != "" {
		what += " " + text
	}
	if status >= 300 && status < 400 {
		what += ", a redirect that is not followed"
	}
	text := string(body)
	if len(body) >= maxAnswer {
		// What was cut off may be the rest of a secret.
		text = text[:max(0, len(text)-h.secrets.Longest())]
	}
	text = strings.ToValidUTF8(text, "?")
	text = strings.Join(strings.Fields(h.secrets.Text(text)), " ")
	if text = notify.Cut(text, maxExcerpt, notify.Characters); text != "" {
		what += ": " + text
	}
	return errors.New(what)
}
