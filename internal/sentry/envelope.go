package sentry

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/logbook-go/logbook/logbook"
)

// MaxEvent is the size of an event in bytes, as that of Sentry itself.
const MaxEvent = 1 << 20

// ErrTooLarge is the error of an event with more than MaxEvent bytes.
var ErrTooLarge = fmt.Errorf("an event has more than %d bytes", MaxEvent)

// item is the header of an item.
type item struct {
	Type   string `json:"type"`
	Length *int   `json:"length"`
}

// DecodeEnvelope returns the record of an envelope's event, or nil if it has none. The project
// is that of the DSN.
func DecodeEnvelope(body []byte, project string) (*logbook.Record, error) {
	head, rest := cutLine(body)
	if err := json.Unmarshal(head, new(struct{})); err != nil {
		return nil, fmt.Errorf("invalid header of an envelope: %w", err)
	}
	var record *logbook.Record
	for {
		rest = bytes.TrimLeft(rest, "\r\n")
		if len(rest) == 0 {
			return record, nil
		}
		head, rest = cutLine(rest)
		var i item
		if err := json.Unmarshal(head, &i); err != nil {
			return nil, fmt.Errorf("invalid header of an item: %w", err)
		}
		var payload []byte
		switch {
		case i.Length == nil:
			payload, rest = cutLine(rest)
		case *i.Length < 0 || *i.Length > len(rest):
			return nil, fmt.Errorf("invalid length of an item: %d, with %d bytes left", *i.Length, len(rest))
		default:
			payload, rest = rest[:*i.Length], rest[*i.Length:]
			if len(rest) > 0 && rest[0] != '\n' && rest[0] != '\r' {
				return nil, errors.New("invalid length of an item: want a line end behind it")
			}
		}
		if i.Type != "event" {
			continue
		}
		if record != nil {
			return nil, errors.New("an envelope has two events")
		}
		var err error
		if record, err = DecodeEvent(payload, project); err != nil {
			return nil, err
		}
	}
}

func cutLine(b []byte) (line, rest []byte) {
	line, rest, _ = bytes.Cut(b, []byte{'\n'})
	return line, rest
}
