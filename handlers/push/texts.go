package push

import (
	"errors"
	"fmt"

	"github.com/logbook-go/logbook/internal/notify"
	"github.com/logbook-go/logbook/logbook"
)

// minText is the least that a limit of texts may be: a note fits, and some of the
// text.
const minText = 100

// texts makes title and text of a record within the limits of a service.
type texts struct {
	layout            notify.Layout
	maxTitle, maxText int
	size              notify.Size
}

func (t *texts) format(r *logbook.Record, notes []string) (title, text string, err error) {
	if title, text, err = t.layout.Format(r); err != nil {
		return "", "", err
	}
	return notify.Cut(title, t.maxTitle, t.size), notify.Append(text, notes, t.maxText, t.size), nil
}

// textLimit returns the limit that an option asks for.
func textLimit(option, otherwise, most int) (int, error) {
	switch {
	case option == 0:
		return otherwise, nil
	case option < minText:
		return 0, fmt.Errorf("want %d or more", minText)
	case option > most:
		return 0, fmt.Errorf("want at most the %d that the service takes", most)
	}
	return option, nil
}

// checkKey refuses what cannot be part of a header or form, without repeating it.
func checkKey(s string) error {
	if s == "" {
		return errors.New("want one")
	}
	return checkValue(s)
}

func checkValue(s string) error {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7F {
			return errors.New("want ASCII without spaces and control characters")
		}
	}
	return nil
}
