package spool

import (
	"errors"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"sort"

	"github.com/logbook-go/logbook/internal/disk"
)

// reader reads the frames of a log in order. It passes what is damaged or missing: the
// numbers of the entries tell what that was.
type reader struct {
	l    *Log
	lost func(first, last uint64) // called for entries that are damaged or missing
	next uint64                   // number of the next entry

	seg    *segment // nil: that of next
	file   disk.File
	end    int64  // of what can be read of the segment
	limit  uint64 // the last number that the segment can have
	record uint64 // number of records before the next entry, as far as known

	off   int64  // of block in the segment
	block []byte // what was read and not consumed yet

	h        header // of the frame at off, if peek has found one
	data     []byte
	peer     string // of the last entry
	failures int    // to read at this place
}

// blockSize is how much is read at once, unless a frame is larger.
const blockSize = 1 << 20

// minFrame is the size of the smallest frame.
const minFrame = headerSize + 2

// maxFailures is how often a read may fail before what cannot be read counts as damaged.
const maxFailures = 3

// pageSize is the unit in which unreadable parts are passed.
const pageSize = 4096

// close closes the file. The reader can be used again, from any next.
func (r *reader) close() {
	if r.file != nil {
		_ = r.file.Close() // it was only read
	}
	r.seg, r.file, r.block, r.failures = nil, nil, nil, 0
}

// seek makes number the next one.
func (r *reader) seek(number uint64) {
	r.close()
	r.next = number
}

// peek finds the next whole entry with a number up to last. It reports whether there is
// one: see take. An error is one of the system, and the call can be repeated.
func (r *reader) peek(last uint64) (bool, error) {
	if r.seg != nil && len(r.block) == 0 {
		r.refresh()
	}
	for r.next <= last {
		if r.seg == nil {
			if ok, err := r.enter(); !ok || err != nil {
				return false, err
			}
		}
		found, err := r.frame()
		switch {
		case err != nil:
			return false, err
		case found && r.h.number < r.next:
			r.skip()
		case found && r.h.number > last:
			return false, nil
		case found && (r.h.number == r.next || !r.removed()):
			r.pass(r.h.number)
			return true, nil
		case !found && r.grown():
		default:
			if more, err := r.leave(); err != nil {
				return false, err
			} else if !more {
				r.pass(last + 1)
			}
		}
	}
	return false, nil
}

// pass reports the entries before a number as lost.
func (r *reader) pass(number uint64) {
	if number > r.next {
		r.lost(r.next, number-1)
		r.next = number
	}
}

// take consumes the entry that peek has found.
func (r *reader) take(e *Entry) {
	r.h.fill(e, r.data, r.peer)
	e.Segment = filepath.Base(r.seg.path)
	r.peer = e.Peer
	r.next = r.h.number + 1
	r.skip()
}

// skip consumes a frame.
func (r *reader) skip() {
	r.record += uint64(r.h.records)
	r.consume(int(r.h.size()))
	r.failures = 0
}

func (r *reader) consume(n int) {
	r.block = r.block[n:]
	r.off += int64(n)
}

// refresh looks up the end of the segment, which grows if it is the newest.
func (r *reader) refresh() {
	r.l.mu.Lock()
	defer r.l.mu.Unlock()
	r.end, r.limit = r.seg.end, r.l.last
	if s := r.l.following(r.seg); s != nil {
		r.limit = s.first - 1
	}
}

// grown reports whether the segment has grown.
func (r *reader) grown() bool {
	end := r.end
	if r.file != nil {
		r.refresh()
	}
	return r.end > end
}

// following returns the segment behind another one, or nil. The caller holds mu.
func (l *Log) following(s *segment) *segment {
	i := sort.Search(len(l.segments), func(i int) bool { return l.segments[i].first > s.first })
	if i == len(l.segments) {
		return nil
	}
	return l.segments[i]
}

// enter opens the segment of the next entry. It reports false if there is no segment.
func (r *reader) enter() (bool, error) {
	r.l.mu.Lock()
	s := r.l.segmentOf(r.next)
	r.l.mu.Unlock()
	if s == nil {
		return false, nil
	}
	r.next = max(r.next, s.first) // what was before has been removed
	return true, r.use(s)
}

// use opens a segment. If its file is missing, the segment counts as empty.
func (r *reader) use(s *segment) error {
	file, err := r.l.files.Open(s.path, os.O_RDONLY, 0, false)
	missing := errors.Is(err, fs.ErrNotExist)
	if err != nil && !missing {
		return err
	}
	r.close()
	r.seg, r.file, r.off, r.record = s, file, 0, s.firstRecord-1
	r.refresh()
	if missing {
		r.file, r.end = nil, 0
	}
	return nil
}

// leave goes to the following segment, and reports whether there is one.
func (r *reader) leave() (bool, error) {
	removed := r.removed()
	r.l.mu.Lock()
	s := r.l.following(r.seg)
	r.l.mu.Unlock()
	if s == nil {
		if removed {
			r.next = math.MaxUint64
		}
		return false, nil
	}
	if err := r.use(s); err != nil {
		return false, err
	}
	if removed { // nothing is damaged
		r.next = max(r.next, s.first)
	}
	return true, nil
}

// removed reports whether the segment, and all before it, have been removed: its file may have
// been used again.
func (r *reader) removed() bool {
	if r.l.lock == nil { // another process removes them
		return r.l.forgetRemoved(r.seg)
	}
	r.l.mu.Lock()
	defer r.l.mu.Unlock()
	return len(r.l.segments) > 0 && r.l.segments[0].first > r.seg.first
}

// forgetRemoved removes the segments from the list that another process has removed, up to
// one, and reports whether that is the case for this one, too.
func (l *Log) forgetRemoved(s *segment) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.segments) > 0 && l.segments[0].first <= s.first {
		if l.segments[0].exists(l.files) {
			return false
		}
		l.segments = l.segments[1:]
	}
	return true
}

// frame finds the next whole frame of the segment, and reports whether there is one. It
// passes damaged ones.
func (r *reader) frame() (bool, error) {
	for {
		b, err := r.want(headerSize)
		if err != nil || len(b) < headerSize {
			return false, err
		}
		h, ok := parseHeader(b, r.seg.salt)
		if ok && h.number <= r.limit && r.off+h.size() <= r.end {
			if b, err = r.want(int(h.size())); err != nil {
				return false, err
			}
			if int64(len(b)) >= h.size() {
				r.h, r.data = h, b[headerSize:h.size()]
				if h.whole(r.data) {
					return true, nil
				}
				r.skip() // its number will be missing
				continue
			}
		} else if r.next > r.limit && isZero(b[:headerSize]) {
			return false, nil // the clean end
		}
		if found, err := r.search(); !found || err != nil {
			return false, err
		}
	}
}

// search goes to the next whole header of the segment, and reports whether there is one.
func (r *reader) search() (bool, error) {
	from := 1
	for {
		b, err := r.want(from + headerSize)
		if err != nil || len(b) < from+headerSize {
			return false, err
		}
		// Numbers have no gaps, so the number can be only so much higher.
		most := uint64(r.end-r.off) / minFrame
		last := r.next + most
		if last < r.next {
			last = math.MaxUint64
		}
		if at := findHeader(b, from, r.seg.salt, r.next, min(last, r.limit)); at >= 0 {
			r.consume(at)
			return true, nil
		}
		r.consume(len(b) - headerSize)
	}
}

// want returns at least n bytes at off, or fewer if the segment ends before.
func (r *reader) want(n int) ([]byte, error) {
	if len(r.block) >= n {
		return r.block, nil
	}
	size := int(min(int64(max(n, blockSize)), r.end-r.off))
	have := len(r.block)
	if size <= have {
		return r.block, nil
	}
	// The old block is a part of entries that were returned.
	block := make([]byte, size)
	copy(block, r.block)
	got, err := r.readAt(block[have:], r.off+int64(have))
	if err != nil {
		return nil, err
	}
	r.block = block[:have+got]
	return r.block, nil
}

// readAt reads what there is. A part that cannot be read is zero, after some tries.
func (r *reader) readAt(b []byte, at int64) (n int, err error) {
	for n < len(b) {
		got, err := r.file.ReadAt(b[n:], at+int64(n))
		n += got
		switch {
		case err == nil:
		case errors.Is(err, io.EOF):
			return n, nil
		case r.failures < maxFailures:
			r.failures++
			return n, err
		default:
			rest := pageSize - int((at+int64(n))%pageSize)
			n += min(rest, len(b)-n)
		}
	}
	return n, nil
}
