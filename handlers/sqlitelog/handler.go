package sqlitelog

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/logbook-go/logbook/internal/sqlite"
	"github.com/logbook-go/logbook/internal/tally"
	"github.com/logbook-go/logbook/logbook"
)

// Options configure [New]. nil is the default.
type Options struct {
	Level  slog.Leveler               // lowest level taken; nil: all
	Filter func(*logbook.Record) bool // called after the processors; nil: all
	Bubble bool                       // pass handled records on to the next handler

	// Formatter makes the text of message; nil: the message, followed by the traceback of an
	// error on the next lines.
	Formatter logbook.Formatter

	// ISOTime writes created as the local time, 2006-01-02T15:04:05, as today's dagrunner
	// does, without fractions of a second.
	ISOTime bool

	Timeout time.Duration // for locks of other programs; 0: 10 s
}

// Handler writes records to a table. It is safe for concurrent use.
type Handler struct {
	opts     logbook.Options
	path     string
	isoTime  bool
	hostname string
	counts   tally.Tally

	mu     sync.Mutex
	db     *sql.DB
	closed bool
}

var formatter = logbook.MustFormat("{record.message}")

const (
	defaultTimeout = 10 * time.Second
	busy           = 5 // the result code for a lock of another connection
	schema         = "CREATE TABLE IF NOT EXISTS logs (created TEXT, name TEXT, level TEXT, message TEXT, hostname TEXT, process TEXT, thread TEXT)"
	insert         = "INSERT INTO logs (created, name, level, message, hostname, process, thread) VALUES (?, ?, ?, ?, ?, ?, ?)"
)

// New opens the database, which is made if it is missing. The error is a
// [*logbook.OptionError], or an [*Error].
func New(path string, o *Options) (*Handler, error) {
	if o == nil {
		o = new(Options)
	}
	if o.Timeout < 0 {
		return nil, &logbook.OptionError{Options: "sqlitelog.Options", Option: "Timeout", Err: errors.New("want 0 or more")}
	}
	h := &Handler{
		opts: logbook.Options{Level: o.Level, Filter: o.Filter, Bubble: o.Bubble, Formatter: o.Formatter},
		path: path, isoTime: o.ISOTime,
	}
	if h.opts.Formatter == nil {
		h.opts.Formatter = formatter
	}
	h.hostname, _ = os.Hostname() // "" if it is not known
	if err := h.open(cmp.Or(o.Timeout, defaultTimeout)); err != nil {
		return nil, &Error{path, "open", err}
	}
	return h, nil
}

func (h *Handler) open(timeout time.Duration) error {
	if err := sqlite.Create(h.path); err != nil {
		return err
	}
	c, err := sqlite.NewConnector(sqlite.Default, h.path, timeout)
	if err != nil {
		return err
	}
	h.db = sql.OpenDB(c)
	h.db.SetMaxOpenConns(1)
	_, err = h.db.Exec("PRAGMA journal_mode = WAL")
	if sqlite.Default.Code(err) == busy { // another program is setting it
		err = nil
	}
	if err == nil {
		_, err = h.db.Exec(schema)
	}
	if err != nil {
		return errors.Join(err, h.db.Close())
	}
	return nil
}

// Binding implements [logbook.Bindable].
func (h *Handler) Binding() logbook.Binding { return h.opts.LineBinding(h) }

// Handle writes a row, and commits it.
func (h *Handler) Handle(r *logbook.Record) error {
	err := h.HandleBatch([]*logbook.Record{r}, logbook.ReasonBuffer)
	if u := (*logbook.UnsentError)(nil); errors.As(err, &u) {
		h.counts.Dropped(1)
		return u.Err
	}
	return err
}

// HandleBatch writes the records in one transaction. If it fails, none is written, and another
// attempt may succeed. A record that cannot be formatted costs no other one.
func (h *Handler) HandleBatch(rs []*logbook.Record, _ logbook.Reason) error {
	var failures error
	var text []byte
	rows := make([][]any, 0, len(rs))
	for _, r := range rs { // before the lock is taken: a value may log
		var err error
		if text, err = h.opts.AppendFormat(text[:0], r); err != nil {
			failures = errors.Join(failures, &Error{h.path, "format", err})
			continue
		}
		rows = append(rows, h.row(r, text))
	}
	if err := h.write(rows); err != nil {
		return errors.Join(failures, &logbook.UnsentError{Records: len(rs), Err: &Error{h.path, "write", err}})
	}
	h.counts.Handled(len(rows))
	h.counts.Dropped(len(rs) - len(rows))
	return failures
}

// write writes rows in one transaction.
func (h *Handler) write(rows [][]any) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return logbook.ErrClosed
	}
	tx, err := h.db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback() // does nothing after Commit
	stmt, err := tx.Prepare(insert)
	if err != nil {
		return err
	}
	defer stmt.Close()
	for _, row := range rows {
		if _, err := stmt.Exec(row...); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// row returns the values of the columns for a record with its text.
func (h *Handler) row(r *logbook.Record, text []byte) []any {
	process, thread := "", ""
	if pid := r.PID(); pid > 0 {
		process = strconv.Itoa(pid)
	}
	if id := r.Goroutine(); id > 0 {
		thread = strconv.FormatUint(id, 10)
	}
	return []any{h.created(r.Time()), r.Channel(), r.Level().String(), string(bytes.TrimSuffix(text, []byte("\n"))), cmp.Or(r.Text("hostname"), h.hostname), process, thread}
}

func (h *Handler) created(t time.Time) string {
	if h.isoTime {
		return t.Local().Format("2006-01-02T15:04:05")
	}
	if t.Nanosecond()%1000 == 0 {
		return fmt.Sprintf("%d.%06d", t.Unix(), t.Nanosecond()/1000)
	}
	return fmt.Sprintf("%d.%09d", t.Unix(), t.Nanosecond())
}

// Close closes the database. All rows are committed already. Closing again does nothing.
func (h *Handler) Close(context.Context) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return nil
	}
	h.closed = true
	if err := h.db.Close(); err != nil {
		return &Error{h.path, "close", err}
	}
	return nil
}

// Stats returns the counts so far.
func (h *Handler) Stats() logbook.Stats { return h.counts.Stats() }

// Error reports a failure of the database, or of the text of a record.
type Error struct {
	Path string
	Op   string // "open", "format", "write" or "close"
	Err  error
}

// Error returns all of it.
func (e *Error) Error() string { return fmt.Sprintf("sqlitelog: %s: %s: %v", e.Path, e.Op, e.Err) }

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }
