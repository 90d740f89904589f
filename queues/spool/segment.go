package spool

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/logbook-go/logbook/internal/crash"
	"github.com/logbook-go/logbook/internal/disk"
)

// A segment is a file of frames. Its name has the number of the first entry, the number of
// the first record and the salt, so that they are known even if the content is damaged:
//
//	00000000000000000001-00000000000000000001-5f3a9c21.log
//
// The last frame is followed by a header of zeros or by the end of the file, unless the
// tail is torn. What is behind that does not count: it is preallocated, or left from an
// earlier use of the file.
type segment struct {
	path        string
	first       uint64 // number of the first entry
	firstRecord uint64 // number of the first record, counted from 1
	salt        uint32

	// The log's mu guards the rest.
	end   int64 // of the frames; for one that was found, the end of the file
	space int64 // on the disk
}

// Names of files.
const (
	segmentSuffix = ".log"
	spareSuffix   = ".spare" // a segment that can be used again
	cursorSuffix  = ".cursor"
	lockName      = "lock"
	deadName      = "dead"
)

// maxSpares is the number of files that are kept to be used again. Syncing a file that was
// written before takes half as long.
const maxSpares = 2

func segmentName(first, firstRecord uint64, salt uint32) string {
	return fmt.Sprintf("%020d-%020d-%08x%s", first, firstRecord, salt, segmentSuffix)
}

// parseSegment returns the segment of a file name, or nil.
func parseSegment(dir, name string) *segment {
	base, ok := strings.CutSuffix(name, segmentSuffix)
	parts := strings.Split(base, "-")
	if !ok || len(parts) != 3 {
		return nil
	}
	first, err1 := strconv.ParseUint(parts[0], 10, 64)
	record, err2 := strconv.ParseUint(parts[1], 10, 64)
	salt, err3 := strconv.ParseUint(parts[2], 16, 32)
	if errors.Join(err1, err2, err3) != nil || first == 0 || segmentName(first, record, uint32(salt)) != name {
		return nil
	}
	return &segment{path: filepath.Join(dir, name), first: first, firstRecord: record, salt: uint32(salt)}
}

// spare is a file that can become a segment.
type spare struct {
	path  string
	space int64
}

// listing is what a directory holds.
type listing struct {
	segments []*segment // oldest first
	spares   []spare
	cursors  []string
}

// list reads a directory.
func list(files disk.FS, dir string) (l listing, err error) {
	names, err := files.ReadDir(dir)
	if err != nil {
		return l, err
	}
	for _, name := range names {
		path := filepath.Join(dir, name)
		switch filepath.Ext(name) {
		case cursorSuffix:
			if cursor := strings.TrimSuffix(name, cursorSuffix); checkName(cursor) == nil {
				l.cursors = append(l.cursors, cursor)
			}
		case segmentSuffix, spareSuffix:
			s := parseSegment(dir, name)
			if s == nil && filepath.Ext(name) == segmentSuffix {
				continue // not ours
			}
			info, err := disk.Regular(files, path)
			switch {
			case err != nil:
				return l, err
			case info == nil: // removed meanwhile
			case s == nil:
				l.spares = append(l.spares, spare{path, info.Size()})
			default:
				s.end, s.space = info.Size(), info.Size()
				l.segments = append(l.segments, s)
			}
		}
	}
	slices.SortFunc(l.segments, func(a, b *segment) int {
		return cmp.Or(cmp.Compare(a.first, b.first), cmp.Compare(a.salt, b.salt))
	})
	slices.Sort(l.cursors)
	return l, nil
}

// writer writes to the newest segment.
type writer struct {
	seg  *segment
	file disk.File
	end  int64 // of what was written

	// failed is set when a write or a sync has failed: then the segment is at its end.
	// syncFailed is set after a sync: then the file is not synced again. The log's mu
	// guards both.
	failed, syncFailed bool
}

// fits reports whether frames have room.
func (w *writer) fits(frames int) bool {
	return w.end+int64(frames)+endOfSegment <= w.seg.space
}

// create makes a segment of at least the given size, from a spare file if there is one.
func (l *Log) create(first, firstRecord uint64, size int64) (*writer, error) {
	s := &segment{first: first, firstRecord: firstRecord, salt: rand.Uint32(), space: size}
	s.path = filepath.Join(l.dir, segmentName(first, firstRecord, s.salt))
	file, err := l.reuse(s)
	if file == nil {
		file, err = l.allocate(s)
	}
	if err != nil {
		return nil, err
	}
	crash.Point("segment")
	if l.o.Sync == SyncAlways {
		if err := l.files.SyncDir(l.dir); err != nil {
			return nil, errors.Join(err, file.Close(), l.files.Remove(s.path))
		}
	} else {
		l.mu.Lock()
		l.newNames = true
		l.mu.Unlock()
	}
	return &writer{seg: s, file: file}, nil
}

// reuse makes a segment of a spare file. It returns nil if there is none that fits, or it
// cannot be used.
func (l *Log) reuse(s *segment) (disk.File, error) {
	l.mu.Lock()
	i := slices.IndexFunc(l.spares, func(f spare) bool { return f.space == s.space })
	if i < 0 {
		l.mu.Unlock()
		return nil, nil
	}
	f := l.spares[i]
	l.spares = slices.Delete(l.spares, i, i+1)
	l.mu.Unlock()
	file, err := l.files.Open(f.path, os.O_RDWR, 0, false)
	if err == nil {
		if _, err = file.WriteAt(zeros[:], 0); err == nil {
			err = l.files.Rename(f.path, s.path)
		}
	}
	if err != nil {
		if file != nil {
			_ = file.Close() // nothing that counts was written
		}
		_ = l.files.Remove(f.path) // or it is found again at the next start
		return nil, nil
	}
	l.mu.Lock()
	l.counts.reused++
	l.mu.Unlock()
	return file, nil
}

// allocate makes a segment of a new file.
func (l *Log) allocate(s *segment) (disk.File, error) {
	file, err := l.files.Open(s.path, os.O_RDWR|os.O_CREATE|os.O_EXCL, fileMode, false)
	if err == nil {
		if err = file.Preallocate(s.space); err == nil || errors.Is(err, errors.ErrUnsupported) {
			return file, nil
		}
		err = errors.Join(err, file.Close(), l.files.Remove(s.path))
	}
	if disk.IsFull(err) {
		err = &FullError{Dir: l.dir, Err: err}
	}
	return nil, err
}

// syncDir makes the names of the files survive a crash of the machine.
func (l *Log) syncDir() error {
	if l.o.Sync == SyncNever {
		return nil
	}
	return l.files.SyncDir(l.dir)
}

// exists reports whether the file of a segment still has its name.
func (s *segment) exists(files disk.FS) bool {
	_, err := files.Lstat(s.path)
	return !errors.Is(err, fs.ErrNotExist)
}
