package syslog

import (
	"time"

	"github.com/logbook-go/logbook/internal/sender"
	"github.com/logbook-go/logbook/logbook"
)

// SetNow gives the pauses of a handler another clock, and makes them exact. The handler
// must not be sending.
func SetNow(h *Handler, now func() time.Time) {
	h.sender.Link.Now = now
	h.sender.Link.Pause.Jitter = 0
}

// SetTimeout sets the timeout of each write, once the handler is connected.
func SetTimeout(h *Handler, d time.Duration) { h.sender.Link.Timeout = d }

// StructuredData returns the structured data of a record.
func StructuredData(id string, r *logbook.Record, limit int) string {
	b, _ := appendStructuredData(nil, nil, id, r, limit)
	return string(b)
}

// Entry returns the journal entry of a record.
func Entry(identifier string, r *logbook.Record) string {
	h := &Journal{opts: logbook.Options{Formatter: journalFormatter}, identifier: identifier}
	m := new(sender.Batch)
	_ = h.encode(m, r)
	return string(m.B)
}

// HungUp reports whether the daemon is known to have closed the connection.
func HungUp(h *Handler) bool { return h.sender.Link.HungUp() }

// SetPlatformSockets makes the address "" mean other sockets, until undo.
func SetPlatformSockets(paths ...string) (undo func()) {
	old := platformSockets
	platformSockets = paths
	return func() { platformSockets = old }
}

// Messages returns the messages of a record.
func Messages(o *Options, r *logbook.Record) []string {
	o.Delay = true
	h, err := New(o)
	if err != nil {
		panic(err)
	}
	m := new(sender.Batch)
	_ = h.encode(m, r)
	var all []string
	for i := range m.Ends {
		all = append(all, string(m.Message(i)))
	}
	return all
}
