package zeromq

import (
	"errors"
	"fmt"
	"sync/atomic"
)

// monitor passes the events of a socket to a function, on a goroutine.
type monitor struct {
	of   *socket
	done chan struct{}
	err  error // valid after done
}

var monitors atomic.Uint64 // for their addresses

func newMonitor(c *Context, of *socket, fn func(Event)) (*monitor, error) {
	address := fmt.Sprintf("inproc://logbook-monitor-%d", monitors.Add(1))
	if err := of.watchEvents(address); err != nil {
		return nil, err
	}
	s, err := newSocket(c, pair)
	if err == nil {
		if err = s.connect(address); err != nil {
			err = errors.Join(err, s.close(0))
		}
	}
	if err != nil {
		return nil, errors.Join(err, of.endEvents())
	}
	m := &monitor{of: of, done: make(chan struct{})}
	go m.run(s, fn)
	return m, nil
}

func (m *monitor) run(s *socket, fn func(Event)) {
	defer close(m.done)
	for {
		switch e, ok, err := s.event(); {
		case err != nil || ok && e.Kind == lastEvent: // or the end of the context
			m.err = s.close(0)
			return
		case ok:
			fn(e)
		default:
			<-s.ready
		}
	}
}

// stop ends the goroutine, after the events so far. The owner of the socket calls it.
func (m *monitor) stop() error {
	err := m.of.endEvents()
	<-m.done
	return errors.Join(err, m.err)
}
