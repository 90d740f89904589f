package main

import (
	"cmp"
	"os"
	"time"

	"github.com/logbook-go/logbook/logline"
)

// merger passes on the records of several sources in the order of their times.
type merger struct {
	*pipe
	heads   []*head
	stop    <-chan os.Signal
	stopped os.Signal // the signal that came, if any
	fail    func(*input, error)
	show    *byteProgress
}

// head is a source of a merger.
type head struct {
	*input
	waits  bool // the reader may wait for more
	chunks chan chunk
	ended  bool
	writer *logline.Writer
	lines  []logline.Line // that were read and not passed on
	time   time.Time      // of the first line, or of the last one with a time
}

// merge passes on the records of the sources in the order of their times. Of a file that is
// followed, it reads the complete lines that the file has by now; stream reads the rest, and the
// sources that are written live. It returns the signal that stopped it, if any.
func (p *pipe) merge(in []*input, stop <-chan os.Signal, fail func(*input, error), show *byteProgress) os.Signal {
	m := &merger{pipe: p, stop: stop, fail: fail, show: show}
	done := make(chan struct{})
	defer close(done)
	var all []*head
	for _, s := range in {
		r := s.reader
		f, follows := r.(*follower)
		switch {
		case follows:
			r = f.present()
		case p.follow:
			continue
		default:
			s.ended = true
		}
		h := &head{input: s, waits: s.live, chunks: make(chan chunk)}
		h.writer = logline.NewWriter(func(l logline.Line) { h.lines = append(h.lines, l) }, &p.options)
		s.live = false
		go s.read(r, h.chunks, done)
		all = append(all, h)
	}
	for _, h := range all {
		if m.fill(h) {
			m.heads = append(m.heads, h)
		}
	}
	for len(m.heads) > 0 && !p.sinks.allGone() {
		m.next()
	}
	return m.stopped
}

// next passes on the record with the earliest time. Of equal times, that of the source named
// first comes first.
func (m *merger) next() {
	first := 0
	for i, h := range m.heads {
		if h.time.Before(m.heads[first].time) {
			first = i
		}
	}
	h := m.heads[first]
	m.record(h.input, h.lines[0])
	h.lines[0] = logline.Line{}
	h.lines = h.lines[1:]
	if !m.fill(h) {
		m.heads = append(m.heads[:first], m.heads[first+1:]...)
	}
}

// fill waits until a source has a record. It returns false if there is none.
func (m *merger) fill(h *head) bool {
	for len(h.lines) == 0 && !h.ended {
		m.wait(h)
	}
	if len(h.lines) == 0 {
		return false
	}
	if t := cmp.Or(h.lines[0].Time, h.lines[0].LastTime); !t.IsZero() {
		h.time = t
	}
	return true
}

// wait reads more of a source. A signal ends the source: its lines that were read before are still
// passed on.
func (m *merger) wait(h *head) {
	var timer <-chan time.Time
	if h.waits {
		timer = time.After(idle)
	}
	for m.stopped == nil {
		select {
		case c := <-h.chunks:
			m.show.add(c)
			h.ended = c.parse(h.writer, m.fail)
			return
		case <-timer:
			timer = nil
			h.writer.Flush()
			m.flush()
			if len(h.lines) > 0 {
				return
			}
		case m.stopped = <-m.stop:
		}
	}
	_ = h.writer.Close()
	h.ended = true
}
