package syslog

import (
	"time"

	"github.com/logbook-go/logbook/logbook"
)

// SetNow gives the pauses of a handler another clock, and makes them exact. The handler
// must not be sending.
func SetNow(h *Handler, now func() time.Time) {
	h.conn.link.Now = now
	h.conn.link.Pause.Jitter = 0
}

// SetTimeout sets the timeout of each write, once the handler is connected.
func SetTimeout(h *Handler, d time.Duration) { h.conn.link.Timeout = d }

// StructuredData returns the structured data of a record.
func StructuredData(id string, r *logbook.Record, limit int) string {
	b, _ := appendStructuredData(nil, nil, id, r, limit)
	return string(b)
}

// Entry returns the journal entry of a record.
func Entry(identifier string, r *logbook.Record) string {
	h := &Journal{opts: logbook.Options{Formatter: journalFormatter}, identifier: identifier}
	m := newBatch()
	m.text, _ = h.opts.AppendFormat(m.text, r)
	h.encode(m, r)
	return string(m.b)
}

// HungUp reports whether the daemon is known to have closed the connection.
func HungUp(h *Handler) bool { return h.conn.link.HungUp() }

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
	m := newBatch()
	m.text, _ = h.opts.AppendFormat(m.text, r)
	h.layout.encode(m, r)
	var all []string
	for i := range m.ends {
		all = append(all, string(m.message(i)))
	}
	return all
}
