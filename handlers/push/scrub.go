package push

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/logbook-go/logbook/internal/encode"
	"github.com/logbook-go/logbook/internal/notify"
)

const (
	// maxAnswer bounds what is read of an answer.
	maxAnswer = 64 << 10

	// maxExcerpt bounds what an error shows of it, in characters.
	maxExcerpt = 300

	// minPart is the length from which a part of an address, or the value of a header,
	// counts as a secret.
	minPart = 4
)

// scrubber removes secrets from texts.
type scrubber struct {
	replacer *strings.Replacer
	longest  int
}

// newScrubber makes one of an address, of which only scheme and host are no secret,
// and of further secrets.
func newScrubber(u *url.URL, secrets []string) *scrubber {
	all := map[string]bool{}
	add := func(s string) {
		if s == "" {
			return
		}
		quoted, _ := json.Marshal(s)
		for _, form := range []string{
			s, url.QueryEscape(s), url.PathEscape(s), strings.Trim(string(quoted), `"`),
			strings.Trim(strconv.Quote(s), `"`), string(encode.AppendJSONText(nil, s)),
			base64.StdEncoding.EncodeToString([]byte(s)),
		} {
			all[form] = true
		}
	}
	addPart := func(s string) {
		if len(s) >= minPart {
			add(s)
		}
	}
	for _, s := range secrets {
		add(s)
	}
	addPart(u.String())
	addPart(u.RequestURI())
	addPart(u.Path)
	addPart(u.RawQuery)
	addPart(u.Fragment)
	for part := range strings.SplitSeq(u.Path, "/") {
		addPart(part)
	}
	for key, values := range u.Query() {
		addPart(key)
		for _, v := range values {
			addPart(v)
		}
	}
	if u.User != nil {
		password, _ := u.User.Password()
		add(u.User.Username())
		add(password)
		add(u.User.Username() + ":" + password)
	}
	delete(all, u.Host)
	delete(all, u.Scheme)
	forms := make([]string, 0, len(all))
	for form := range all {
		forms = append(forms, form)
	}
	slices.SortFunc(forms, func(a, b string) int {
		return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b))
	})
	s := new(scrubber)
	var pairs []string
	for _, form := range forms {
		s.longest = max(s.longest, len(form))
		pairs = append(pairs, form, "[redacted]")
	}
	s.replacer = strings.NewReplacer(pairs...)
	return s
}

// clean returns an error that holds no secret: err without the address that an HTTP
// client's error begins with, or only its text where more is to be removed.
func (s *scrubber) clean(err error) error {
	var u *url.Error
	for errors.As(err, &u) {
		err = u.Err
	}
	text := err.Error()
	if clean := s.replacer.Replace(text); clean != text {
		return errors.New(clean)
	}
	return err
}

// answer returns the error of an answer that is no success.
func (s *scrubber) answer(status int, body []byte) error {
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
		text = text[:max(0, len(text)-s.longest)]
	}
	if !utf8.ValidString(text) {
		text = strings.ToValidUTF8(text, "?")
	}
	text = strings.Join(strings.Fields(s.replacer.Replace(text)), " ")
	if text = notify.Cut(text, maxExcerpt, notify.Characters); text != "" {
		what += ": " + text
	}
	return errors.New(what)
}
