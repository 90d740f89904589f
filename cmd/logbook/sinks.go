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
	"github.com/logbook-go/logbook/logbook"
)

// closeTimeout is how long sinks have to write what they hold back.
const closeTimeout = 10 * time.Second

// reportInterval is how often the failures of a sink are reported.
const reportInterval = time.Second

// sink is a handler that was opened by its URI. It takes records along with the
// others, whatever they do.
type sink struct {
	logbook.Wrapper
	name string // the URI, fit to be shown

	mu       sync.Mutex
	failed   int // records
	held     int // failures since the last report
	reported time.Time
	gone     bool // nobody reads it any more
}

// Binding lets all records go on to the next sink.
func (s *sink) Binding() logbook.Binding {
	b := s.Wrapper.Binding()
	b.Bubble, b.Blackhole = true, false
	b.Quiet = s
	return b
}

// Handle leaves out a sink that nobody reads.
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

// sinks are all that records go to.
type sinks struct {
	list   []*sink
	stderr io.Writer
	others atomic.Int64 // failures that no sink is to blame for
}

// openSinks opens all sinks, or none.
func openSinks(uris []string, stderr io.Writer) (*sinks, error) {
	s := &sinks{stderr: stderr}
	for _, uri := range uris {
		h, err := config.Open(uri)
		if err != nil {
			s.close(0)
			return nil, err
		}
		s.list = append(s.list, &sink{Wrapper: logbook.Wrapper{Handler: h}, name: config.Redact(uri)})
	}
	return s, nil
}

// bind returns a context in which records go to the sinks, and nowhere else.
func (s *sinks) bind(ctx context.Context) context.Context {
	setup := logbook.Setup{logbook.Null{}, logbook.Flags{Errors: s.failure}}
	for i := len(s.list) - 1; i >= 0; i-- {
		setup = append(setup, s.list[i])
	}
	return logbook.Bind(ctx, setup)
}

// failure counts a record that a sink could not write, and reports it if it is
// time to.
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

// allGone reports whether nobody reads any sink.
func (s *sinks) allGone() bool {
	for _, k := range s.list {
		if !k.isGone() {
			return false
		}
	}
	return true
}

// close closes the sinks and says what they lost of that many records. It returns
// the exit code.
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

// end closes the sink and says what it lost.
func (k *sink) end(ctx context.Context, stderr io.Writer, records int) (code int) {
	err := k.Close(ctx)
	k.mu.Lock()
	defer k.mu.Unlock()
	if u := (*logbook.UnsentError)(nil); errors.As(err, &u) {
		k.failed = min(k.failed+u.Records, records) // some may have been told of before
	}
	switch {
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
