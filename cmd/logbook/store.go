package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
	"github.com/logbook-go/logbook/queues/spool"
)

// store is the log of a collector with --spool, and the readers of it, one for each sink.
type store struct {
	log     *spool.Log
	cursors map[string]*spool.Cursor // those that were opened
	readers []*sinkReader            // of the configuration
	base    map[string]uint64        // entries of the cursors that were lost before
}

// sinkReader hands the records of the log to a sink.
type sinkReader struct {
	*queues.SpoolReader
	sink, cursor string
}

func openStore(dir string, o *spool.Options) (*store, error) {
	log, err := spool.Open(dir, o)
	if err != nil {
		return nil, err
	}
	return &store{log: log, cursors: make(map[string]*spool.Cursor), base: make(map[string]uint64)}, nil
}

// read starts to hand the records of the log to sinks, in place of those before. A sink with
// the name of one before goes on where that one stops. A new one begins at the end of the
// log, unless the log has no cursor at all.
func (s *store) read(ctx context.Context, sinks []config.Sink, f *filter) error {
	before := s.readers
	stopped := s.stop(ctx)
	first := len(s.log.Cursors()) == 0
	s.readers = nil
	for i, name := range cursorNames(sinks) {
		c, err := s.cursor(name, !first)
		if err != nil {
			return errors.Join(stopped, err)
		}
		o := new(queues.SpoolReaderOptions)
		if j := slices.IndexFunc(before, func(r *sinkReader) bool { return r.cursor == name }); j >= 0 {
			o.After = before[j].SpoolReader
		}
		sink := strings.TrimPrefix(sinks[i].Name, sectionPrefix)
		s.readers = append(s.readers, &sinkReader{queues.NewSpoolReader(f.before(sinks[i].Handler), c, o), sink, name})
	}
	return stopped
}

// cursor opens a cursor, once.
func (s *store) cursor(name string, fromEnd bool) (*spool.Cursor, error) {
	if c := s.cursors[name]; c != nil {
		return c, nil
	}
	c, err := s.log.Cursor(name, &spool.CursorOptions{FromEnd: fromEnd})
	if err != nil {
		return nil, err
	}
	s.cursors[name] = c
	state := c.State()
	s.base[name] = state.Damaged + state.Dropped
	return c, nil
}

// cursorNames returns the names of the cursors of sinks: the name of a section, or a name made
// of the URI.
func cursorNames(sinks []config.Sink) []string {
	var names []string
	for _, sink := range sinks {
		name := strings.TrimPrefix(sink.Name, sectionPrefix)
		if !cursorName.MatchString(name) {
			sum := sha256.Sum256([]byte(name))
			short := strings.Trim(notInCursor.ReplaceAllString(name, "-"), "-._")
			name = fmt.Sprintf("%.40s-%x", cmp.Or(short, "sink"), sum[:4])
		}
		for n, base := 2, name; slices.Contains(names, name); n++ {
			name = fmt.Sprint(base, "-", n)
		}
		names = append(names, name)
	}
	return names
}

// sectionPrefix begins the names of the sections of sinks.
const sectionPrefix = "sink "

var (
	cursorName  = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,55}$`)
	notInCursor = regexp.MustCompile(`[^A-Za-z0-9._]+`)
)

// orphans returns the cursors that no sink has.
func (s *store) orphans() []spool.CursorState {
	return slices.DeleteFunc(s.log.Cursors(), func(c spool.CursorState) bool {
		return slices.ContainsFunc(s.readers, func(r *sinkReader) bool { return r.cursor == c.Name })
	})
}

// drain hands to each sink what it takes, until the context ends. It returns the errors by
// readers.
func (s *store) drain(ctx context.Context) []error {
	errs := make([]error, len(s.readers))
	var draining sync.WaitGroup
	for i, r := range s.readers {
		draining.Go(func() { errs[i] = r.Drain(ctx) })
	}
	draining.Wait()
	return errs
}

// stop stops the readers.
func (s *store) stop(ctx context.Context) error {
	errs := make([]error, len(s.readers))
	var stopping sync.WaitGroup
	for i, r := range s.readers {
		stopping.Go(func() {
			if err := r.Stop(ctx); err != nil {
				errs[i] = fmt.Errorf("sink %q: %w", r.sink, err)
			}
		})
	}
	stopping.Wait()
	return errors.Join(errs...)
}

// lost returns how many entries the sinks have lost, since they were damaged.
func (s *store) lost() (n uint64) {
	for _, c := range s.cursors {
		state := c.State()
		n += state.Damaged + state.Dropped - s.base[state.Name]
	}
	return n
}

// metrics returns how far the cursors are.
func (s *store) metrics() []*metric {
	gauge := func(name, help string) *metric {
		return &metric{name: "logbook_spool_" + name, help: help, kind: "gauge"}
	}
	records := gauge("lag_records", "Records that the sink has not got yet.")
	bytes := gauge("lag_bytes", "Their size on the disk.")
	age := gauge("lag_seconds", "How long the oldest of them has waited.")
	aside := gauge("set_aside_entries", "Entries that the sink failed to write, in the folder dead.")
	damaged := &metric{name: "logbook_spool_damaged_entries_total", help: "Entries that could not be read.", kind: "counter"}
	dropped := &metric{name: "logbook_spool_dropped_entries_total", help: "Entries that were dropped before the sink got them.", kind: "counter"}
	for _, c := range s.log.Cursors() {
		records.add(c.Records, "cursor", c.Name)
		bytes.add(uint64(max(c.Bytes, 0)), "cursor", c.Name)
		waited := time.Duration(0)
		if !c.Oldest.IsZero() {
			waited = max(0, time.Since(c.Oldest))
		}
		age.add(uint64(waited/time.Second), "cursor", c.Name)
		aside.add(uint64(c.SetAside), "cursor", c.Name)
		damaged.add(c.Damaged, "cursor", c.Name)
		dropped.add(c.Dropped, "cursor", c.Name)
	}
	return []*metric{records, bytes, age, aside, damaged, dropped}
}

// before returns a handler that passes the selected records to h.
func (f *filter) before(h logbook.Handler) logbook.Handler {
	if f.level == logbook.LevelNotSet && len(f.channels) == 0 {
		return h
	}
	return &filtered{logbook.Wrapper{Handler: h}, f}
}

// filtered selects records for a handler.
type filtered struct {
	logbook.Wrapper
	filter *filter
}

// Binding implements [logbook.Bindable].
func (f *filtered) Binding() logbook.Binding {
	b := f.Wrapper.Binding()
	accept := b.Accept
	b.Accept = func(r *logbook.Record) bool { return !f.filter.drops(r) && (accept == nil || accept(r)) }
	return b
}

// HandleBatch passes the records on.
func (f *filtered) HandleBatch(rs []*logbook.Record, why logbook.Reason) error {
	return logbook.HandleBatch(f.Handler, rs, why)
}

// Unnamed marks a wrapper that failures do not name; see [logbook.Wrapper].
func (f *filtered) Unnamed() {}
