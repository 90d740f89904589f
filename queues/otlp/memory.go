package otlp

import (
	"container/list"
	"errors"
	"sync"
	"time"
)

// memory is what the requests in flight may take together.
//
// When there is none left, the request that has been read for longest makes room, so that
// peers which begin requests and do not go on keep nothing from others.
type memory struct {
	mu      sync.Mutex
	left    int
	leaving int           // bytes of requests that make room, and have not given them back yet
	reading list.List     // of *share, the oldest first
	freed   chan struct{} // closed when bytes are given back; nil: nobody waits
}

// share is the memory of a request. One goroutine uses it.
type share struct {
	memory  *memory
	taken   int
	element *list.Element // in reading; nil: the request is read, or makes room
	evict   func()        // ends the reading
	evicted bool
}

var (
	errFull    = errors.New("too much memory is in use by requests")
	errEvicted = errors.New("the request took long while too much memory was in use, and made room for another one")
)

// maxWait bounds the wait for a request that makes room.
const maxWait = time.Second

// open begins a request. While it is read, evict may be called, on any goroutine, to end it.
func (m *memory) open(evict func()) *share {
	s := &share{memory: m, evict: evict}
	m.mu.Lock()
	defer m.mu.Unlock()
	s.element = m.reading.PushBack(s)
	return s
}

// take takes n bytes more.
func (s *share) take(n int) error {
	m := s.memory
	var timeout <-chan time.Time
	m.mu.Lock()
	defer m.mu.Unlock()
	for {
		switch {
		case s.evicted:
			return errEvicted
		case m.left >= n:
			m.left -= n
			s.taken += n
			return nil
		}
		for m.left+m.leaving < n {
			oldest := m.reading.Front()
			if oldest == nil || oldest == s.element {
				return errFull
			}
			oldest.Value.(*share).leave()
		}
		if m.freed == nil {
			m.freed = make(chan struct{})
		}
		if timeout == nil {
			timer := time.NewTimer(maxWait)
			defer timer.Stop()
			timeout = timer.C
		}
		freed := m.freed
		m.mu.Unlock()
		select {
		case <-freed:
		case <-timeout:
			timeout = nil
		}
		m.mu.Lock()
		if timeout == nil {
			return errFull
		}
	}
}

// leave makes room for another request. It is called with the lock held.
func (s *share) leave() {
	m := s.memory
	m.leaving += s.taken
	s.evicted = true
	m.reading.Remove(s.element)
	s.element = nil
	s.evict()
}

// read notes that the request is read: it does not make room any more.
func (s *share) read() error {
	m := s.memory
	m.mu.Lock()
	defer m.mu.Unlock()
	if s.evicted {
		return errEvicted
	}
	m.reading.Remove(s.element)
	s.element = nil
	return nil
}

// give gives back n bytes of those that were taken.
func (s *share) give(n int) {
	m := s.memory
	m.mu.Lock()
	defer m.mu.Unlock()
	s.returned(n)
}

// close gives all back.
func (s *share) close() {
	m := s.memory
	m.mu.Lock()
	defer m.mu.Unlock()
	if s.element != nil {
		m.reading.Remove(s.element)
		s.element = nil
	}
	s.returned(s.taken)
}

// returned counts bytes that are given back. It is called with the lock held.
func (s *share) returned(n int) {
	m := s.memory
	s.taken -= n
	m.left += n
	if s.evicted {
		m.leaving -= n
	}
	if m.freed != nil {
		close(m.freed)
		m.freed = nil
	}
}
