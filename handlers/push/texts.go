package push

import (
	"errors"
	"fmt"

	"github.com/logbook-go/logbook/internal/notify"
	"github.com/logbook-go/logbook/logbook"
)

// minText is the lowest limit for texts: room for a note and some of the text.
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

// textLimit returns the limit for the value of an option.
func textLimit(option, otherwise, most int) (int, error) {
	switch {
	case option == 0:
		return otherwise, nil
	case option < minText:
		return 0, fmt.Errorf("want %d or more", minText)
	case option > most:
		return 0, fmt.Errorf("want at most %d, the limit of the service", most)
	}
	return option, nil
}

// checkKey refuses values that are invalid in a header or form, without repeating them.
func checkKey(s string) error {
	if s == "" {
		return errors.New("want a value")
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
