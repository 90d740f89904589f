package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/logbook-go/logbook/config"
	_ "github.com/logbook-go/logbook/config/all" // the schemes of all sinks
	_ "github.com/logbook-go/logbook/config/sqlitelog"
	_ "github.com/logbook-go/logbook/config/tickets"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
)

// closeTimeout is how long sinks have to write buffered records at the end.
const closeTimeout = 10 * time.Second

// reportInterval is the least time between two reports about the same sink.
const reportInterval = time.Second

// sink is a handler opened by URI. It receives every record, whatever the other sinks do.
type sink struct {
	logbook.Wrapper
	name string // the URI without secrets

	mu       sync.Mutex
	failed   int // number of records that were not written
	held     int // failures since the last report
	reported time.Time
	gone     bool // the reader of the pipe has closed it
}

// Binding lets every record go on to the next sink.
func (s *sink) Binding() logbook.Binding {
	b := s.Wrapper.Binding()
	b.Bubble, b.Blackhole = true, false
	b.Quiet = s
	return b
}

// Handle declines records once the reader is gone.
func (s *sink) Handle(r *logbook.Record) error {
	if s.isGone() {
		return logbook.ErrPass
	}
	return s.Wrapper.Handle(r)
}

func (s *sink) isGone() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.gone
}

// sinks holds the sinks of a command.
type sinks struct {
	list   []*sink
	stderr io.Writer
	others atomic.Int64 // failures outside the sinks
}

// openSinks opens all sinks. If one fails, it closes the others.
func openSinks(uris []string, stderr io.Writer) (*sinks, error) {
	s := &sinks{stderr: stderr}
	for _, uri := range uris {
		h, err := config.Open(uri)
		if err != nil {
			s.close(0)
			return nil, err
		}
		s.add(config.Redact(uri), h)
	}
	return s, nil
}

// add adds a sink that is open.
func (s *sinks) add(name string, h logbook.Handler) {
	s.list = append(s.list, &sink{Wrapper: logbook.Wrapper{Handler: h}, name: name})
}

// bind returns a context in which records go to the sinks and to no other handler.
func (s *sinks) bind(ctx context.Context) context.Context {
	setup := logbook.Setup{logbook.Null{}, logbook.Flags{Errors: s.failure}}
	for i := len(s.list) - 1; i >= 0; i-- {
		setup = append(setup, s.list[i])
	}
	return logbook.Bind(ctx, setup)
}

// failure counts a record that a sink could not write, and reports it at most once in
// reportInterval.
func (s *sinks) failure(e *logbook.HandlerError) {
	k, ok := e.Handler.(*sink)
	if !ok {
		s.others.Add(1)
		logbook.PrintErrors(e)
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if readerGone(e.Err) {
		k.gone = true
		return
	}
	k.failed++
	if time.Since(k.reported) < reportInterval {
		k.held++
		return
	}
	before := ""
	if k.held > 0 {
		before = fmt.Sprintf(" (and %d more before)", k.held)
	}
	complain(s.stderr, "sink %q: %v%s", k.name, e.Err, before)
	k.reported, k.held = time.Now(), 0
}

// allGone reports whether the readers of all sinks are gone.
func (s *sinks) allGone() bool {
	for _, k := range s.list {
		if !k.isGone() {
			return false
		}
	}
	return true
}

// close closes the sinks and reports how many of the given number of records each of
// them lost. It returns the exit code.
func (s *sinks) close(records int) int {
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	code := exitOK
	if s.others.Load() > 0 {
		code = exitFailed
	}
	for _, k := range s.list {
		if worse := k.end(ctx, s.stderr, records); worse == exitFailed || code == exitOK {
			code = worse
		}
	}
	return code
}

// end closes the sink and reports how many records it lost.
func (k *sink) end(ctx context.Context, stderr io.Writer, records int) (code int) {
	err := k.Close(ctx)
	k.mu.Lock()
	defer k.mu.Unlock()
	if u := (*logbook.UnsentError)(nil); errors.As(err, &u) {
		k.failed = min(k.failed+u.Records, records) // some may have been counted before
	}
	switch {
	case errors.As(err, new(*queues.SpooledError)): // no loss
		complain(stderr, "sink %q: %v", k.name, err)
	case err != nil && !readerGone(err):
		complain(stderr, "sink %q: %v", k.name, err)
		code = exitFailed
	case k.gone:
		code = exitClosed
	}
	if k.failed > 0 {
		complain(stderr, "sink %q: %d of %d records were not written", k.name, k.failed, records)
		code = exitFailed
	}
	return code
}
