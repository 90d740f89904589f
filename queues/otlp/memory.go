package otlp

import (
	"container/list"
	"errors"
	"sync"
)

// memory is what the requests in flight may take together.
//
// When there is none left, the request that has been read for longest makes room, so that
// peers which begin requests and do not go on keep nothing from others.
type memory struct {
	mu      sync.Mutex
	left    int
	reading list.List // of *share, the oldest first
}

// share is the memory of a request. One goroutine uses it.
type share struct {
	memory  *memory
	taken   int
	element *list.Element // in reading; nil: the request is read
	evict   func()        // ends the reading
	evicted bool
}

var (
	errFull    = errors.New("too much memory is in use by requests")
	errEvicted = errors.New("the request took long while too much memory was in use, and made room for another one")
)

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
	m.mu.Lock()
	defer m.mu.Unlock()
	for {
		if s.evicted {
			return errEvicted
		}
		if m.left >= n {
			m.left -= n
			s.taken += n
			return nil
		}
		oldest := m.reading.Front()
		if oldest == nil || oldest == s.element {
			return errFull
		}
		oldest.Value.(*share).leave()
	}
}

// leave makes room for another request. It is called with the lock held. The buffers are
// garbage a moment later.
func (s *share) leave() {
	s.memory.left += s.taken
	s.taken, s.evicted = 0, true
	s.memory.reading.Remove(s.element)
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

// close gives the memory back.
func (s *share) close() {
	m := s.memory
	m.mu.Lock()
	defer m.mu.Unlock()
	if s.element != nil {
		m.reading.Remove(s.element)
		s.element = nil
	}
	m.left += s.taken
	s.taken = 0
}

// inUse returns the bytes that are taken of all.
func (m *memory) inUse(all int) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return all - m.left
}
