package postgres

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/logbook-go/logbook/ticketing"
)

const replacement = "\uFFFD"

// text returns a text as PostgreSQL can store it: without NUL, and valid UTF-8.
func text(s string) string {
	if strings.IndexByte(s, 0) < 0 && utf8.ValidString(s) {
		return s
	}
	return strings.ReplaceAll(strings.ToValidUTF8(s, replacement), "\x00", replacement)
}

// storable returns entries whose texts can be stored. It does not change the given ones.
func storable(entries []*ticketing.Entry) []*ticketing.Entry {
	list := make([]*ticketing.Entry, len(entries))
	for i, e := range entries {
		c := *e
		for _, t := range []*string{&c.Key, &c.AppID, &c.Channel, &c.Location, &c.Module, &c.Title, &c.Host, &c.Release, &c.Instance, (*string)(&c.Fingerprint)} {
			*t = text(*t)
		}
		if bytes.IndexByte(c.Data, 0) >= 0 || !utf8.Valid(c.Data) {
			c.Data = []byte(text(string(c.Data)))
		}
		list[i] = &c
	}
	return list
}
