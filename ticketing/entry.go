package ticketing

import (
	"time"
	"unicode/utf8"

	"github.com/logbook-go/logbook/logbook"
)

// Entry is a record in the form in which stores record it. The texts have at most as many
// characters as Python Logbook's columns; the last one of a text that was cut is "…".
type Entry struct {
	Fingerprint Fingerprint
	Key         string // the name of the key that made the fingerprint, such as "func/1"

	AppID    string // 80
	Level    logbook.Level
	Channel  string // 120
	Location string // 512: FILE:LINE
	Module   string // 256
	Title    string // 200
	Host     string // 120
	Release  string // 120

	Time time.Time
	Data []byte // the record in the form of [logbook.Wire], as strict JSON

	// Instance and Number are those of the record's [logbook.Origin], so that it is recorded
	// once when it comes again. 0 means that there is none.
	Instance string // 120
	Number   uint64
}

const (
	maxAppID    = 80
	maxName     = 120
	maxLocation = 512
	maxModule   = 256
	maxTitle    = 200
)

// fit makes texts valid UTF-8, and cuts them.
func (e *Entry) fit() {
	for text, limit := range map[*string]int{
		&e.AppID: maxAppID, &e.Channel: maxName, &e.Location: maxLocation, &e.Module: maxModule,
		&e.Title: maxTitle, &e.Host: maxName, &e.Release: maxName, &e.Instance: maxName,
	} {
		*text = cut(*text, limit)
	}
}

// cut returns a text of at most limit characters.
func cut(s string, limit int) string {
	if len(s) <= limit && utf8.ValidString(s) {
		return s
	}
	n, end := 0, 0 // characters, and the end of the one before the last
	for i := range s {
		if n == limit-1 {
			end = i
		}
		if n++; n > limit {
			return string([]rune(s[:end])) + "…"
		}
	}
	return string([]rune(s))
}
