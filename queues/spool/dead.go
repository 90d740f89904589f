package spool

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/logbook-go/logbook/internal/crash"
)

// Entries that a cursor has set aside are in dead/CURSOR, a file each: NUMBER.entry, or
// NUMBER.again when it was requeued. A file has the frame of the entry, with the salt 0, and
// then the reason.
const (
	entrySuffix  = ".entry"
	againSuffix  = ".again"
	tmpSuffix    = ".tmp"
	maxReason    = 4 << 10
	maxDeadBytes = maxReason + headerSize + maxData
)

// deadFile is a file of an entry that was set aside.
type deadFile struct {
	number uint64
	suffix string
	size   int64
}

func (l *Log) deadDir(cursor string) string { return filepath.Join(l.dir, deadName, cursor) }

func deadFileName(number uint64, suffix string) string { return fmt.Sprintf("%020d%s", number, suffix) }

func (l *Log) deadPath(cursor string, number uint64, suffix string) string {
	return filepath.Join(l.deadDir(cursor), deadFileName(number, suffix))
}

// listDead returns the files of a cursor, by number.
func (l *Log) listDead(cursor string) ([]deadFile, error) {
	names, err := l.files.ReadDir(l.deadDir(cursor))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	var dead []deadFile
	for _, name := range names {
		suffix := filepath.Ext(name)
		number, err := strconv.ParseUint(strings.TrimSuffix(name, suffix), 10, 64)
		if err != nil || suffix != entrySuffix && suffix != againSuffix {
			continue
		}
		info, err := l.files.Lstat(filepath.Join(l.deadDir(cursor), name))
		if err != nil {
			continue // removed meanwhile
		}
		dead = append(dead, deadFile{number, suffix, info.Size()})
	}
	return dead, nil
}

// countDead looks which entries of the cursor are set aside, and which requeued.
func (c *Cursor) countDead() error {
	l := c.log
	dead, err := l.listDead(c.name)
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.dead -= c.deadBytes
	c.deadBytes, c.deadFiles = 0, 0
	for _, f := range dead {
		c.deadBytes += f.size
		switch {
		case f.suffix == entrySuffix:
			c.deadFiles++
		case !slices.ContainsFunc(c.requeued, f.same) && !slices.ContainsFunc(c.returned, f.same):
			c.requeued = append(c.requeued, f)
		}
	}
	l.dead += c.deadBytes
	return nil
}

func (f deadFile) same(other deadFile) bool { return f.number == other.number }

// lookForRequeued is countDead, now and then.
func (c *Cursor) lookForRequeued() {
	c.log.mu.Lock()
	look := c.look
	c.look = false
	c.log.mu.Unlock()
	if now := time.Now(); look || now.Sub(c.checked) >= requeueInterval {
		c.checked = now
		if err := c.countDead(); err != nil {
			c.log.report(wrapped("look for requeued entries of", c.log.dir, err))
		}
	}
}

// readRequeued returns the next entries that were requeued.
func (c *Cursor) readRequeued(maxRecords, maxBytes int) ([]*Entry, error) {
	l := c.log
	var entries []*Entry
	records, size := 0, 0
	for {
		l.mu.Lock()
		// One behind the position waits: acknowledging it would acknowledge those before it.
		i := slices.IndexFunc(c.requeued, func(f deadFile) bool { return f.number <= c.acked })
		if i < 0 {
			l.mu.Unlock()
			return entries, nil
		}
		f := c.requeued[i]
		l.mu.Unlock()
		d, err := l.readDead(c.name, f)
		if err == nil {
			records += d.Records
			size += len(d.Body)
			if len(entries) > 0 && (maxRecords > 0 && records > maxRecords || size > maxBytes) {
				return entries, nil
			}
		}
		l.mu.Lock()
		c.requeued = slices.DeleteFunc(c.requeued, f.same)
		if err == nil {
			c.returned = append(c.returned, f)
			c.again++
			d.Entry.Key = "" // whoever knows the later ones would take it for one that comes twice
			entries = append(entries, &d.Entry)
		}
		l.mu.Unlock()
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			l.report(wrapped("read a requeued entry of", l.dir, err))
		}
	}
}

// ackRequeued removes the requeued entries up to a number that Read has returned. The caller
// holds mu.
func (c *Cursor) ackRequeued(number uint64) {
	if len(c.returned) == 0 {
		return
	}
	c.returned = slices.DeleteFunc(c.returned, func(f deadFile) bool {
		if f.number > number {
			return false
		}
		if err := c.log.files.Remove(c.log.deadPath(c.name, f.number, againSuffix)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return false // it comes again
		}
		c.deadBytes -= f.size
		c.log.dead -= f.size
		return true
	})
}

// SetAside puts an entry that cannot be handled into the directory dead, with the reason, and
// then counts it as done: the entries before it need not be. When it returns nil the entry is
// on disk. It stays there until it is requeued or discarded.
func (c *Cursor) SetAside(e *Entry, why error) error {
	l := c.log
	if err := l.writable("set aside an entry of"); err != nil {
		return err
	}
	reason := ""
	if why != nil {
		reason = why.Error()
	}
	size, err := l.writeDead(c.name, e, reason[:min(len(reason), maxReason)])
	if err != nil {
		return wrapped("set aside an entry of", l.dir, err)
	}
	crash.Point("setaside")
	l.mu.Lock()
	defer l.mu.Unlock()
	c.setAside++
	c.deadFiles++
	c.deadBytes += size
	l.dead += size
	c.returned = slices.DeleteFunc(c.returned, func(f deadFile) bool {
		if f.number != e.Number {
			return false
		}
		// Writing has removed the file of the requeued entry.
		c.deadBytes -= f.size
		l.dead -= f.size
		return true
	})
	if e.Number <= c.acked {
		return nil
	}
	c.done[e.Number] = struct{}{}
	c.ackMarks(0)
	return nil
}

// writeDead writes the file of an entry and returns its size.
func (l *Log) writeDead(cursor string, e *Entry, reason string) (size int64, err error) {
	dir := l.deadDir(cursor)
	if err := l.makeDir(dir); err != nil {
		return 0, err
	}
	frame := appendFrame(nil, e)
	stamp(frame, e.Number, 0)
	frame = append(frame, reason...)
	tmp := l.deadPath(cursor, e.Number, tmpSuffix)
	if err := l.writeFile(tmp, frame); err != nil {
		_ = l.files.Remove(tmp) // or the next try overwrites it
		return 0, err
	}
	path := l.deadPath(cursor, e.Number, entrySuffix)
	err = l.files.Rename(tmp, path)
	if errors.Is(err, fs.ErrExist) { // set aside before a crash
		err = l.files.Remove(tmp)
	}
	if err != nil {
		return 0, err
	}
	if err := l.files.Remove(l.deadPath(cursor, e.Number, againSuffix)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return 0, err
	}
	if err := l.files.SyncDir(dir); err != nil {
		return 0, err
	}
	return int64(len(frame)), nil
}

// writeFile writes a file and syncs it.
func (l *Log) writeFile(path string, b []byte) error {
	file, err := l.files.Open(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, fileMode, false)
	if err != nil {
		return err
	}
	if _, err = file.Write(b); err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

// DeadEntry is an entry that a cursor has set aside.
type DeadEntry struct {
	Entry
	Reason   string // why
	Requeued bool   // it waits to be read again
}

// readDead reads the file of an entry.
func (l *Log) readDead(cursor string, f deadFile) (*DeadEntry, error) {
	path := l.deadPath(cursor, f.number, f.suffix)
	file, err := l.files.Open(path, os.O_RDONLY, 0, false)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	b, err := io.ReadAll(io.LimitReader(file, maxDeadBytes))
	if err != nil {
		return nil, err
	}
	if len(b) >= headerSize {
		if h, ok := parseHeader(b, 0); ok && h.size() <= int64(len(b)) && h.whole(b[headerSize:h.size()]) {
			d := &DeadEntry{Reason: string(b[h.size():]), Requeued: f.suffix == againSuffix}
			h.fill(&d.Entry, b[headerSize:h.size()], "")
			return d, nil
		}
	}
	return nil, fmt.Errorf("%s is damaged", path)
}

// Dead yields the entries that a cursor has set aside, by number. It yields an error for one
// that cannot be read, and goes on.
func (l *Log) Dead(cursor string) iter.Seq2[*DeadEntry, error] {
	return func(yield func(*DeadEntry, error) bool) {
		dead, err := l.cursorDead(cursor)
		if err != nil {
			yield(nil, err)
			return
		}
		for _, f := range dead {
			d, err := l.readDead(cursor, f)
			switch {
			case errors.Is(err, fs.ErrNotExist): // removed meanwhile
			case err != nil:
				if !yield(nil, wrapped("read", l.dir, err)) {
					return
				}
			case !yield(d, nil):
				return
			}
		}
	}
}

// cursorDead is listDead for a name that a user gave.
func (l *Log) cursorDead(cursor string) ([]deadFile, error) {
	l.mu.Lock()
	c := l.cursors[cursor]
	l.mu.Unlock()
	if c == nil {
		return nil, fmt.Errorf("%w: %.70q in %s", ErrNoCursor, cursor, l.dir)
	}
	dead, err := l.listDead(cursor)
	if err != nil {
		return nil, wrapped("read", l.dir, err)
	}
	return dead, nil
}

// Requeue makes a cursor read entries again that it has set aside: those with the given
// numbers, or all. It returns how many there were. It needs no lock: a process that has the
// log open reads them within some seconds.
func (l *Log) Requeue(cursor string, numbers ...uint64) (int, error) {
	return l.eachDead(cursor, numbers, func(f deadFile) (bool, error) {
		if f.suffix == againSuffix {
			return false, nil
		}
		return true, l.files.Rename(l.deadPath(cursor, f.number, entrySuffix), l.deadPath(cursor, f.number, againSuffix))
	})
}

// Discard removes entries that a cursor has set aside: those with the given numbers, or all.
// It returns how many there were. It needs no lock.
func (l *Log) Discard(cursor string, numbers ...uint64) (int, error) {
	return l.eachDead(cursor, numbers, func(f deadFile) (bool, error) {
		return true, l.files.Remove(l.deadPath(cursor, f.number, f.suffix))
	})
}

// eachDead calls f for the chosen entries, and counts those for which it reports true.
func (l *Log) eachDead(cursor string, numbers []uint64, f func(deadFile) (bool, error)) (n int, err error) {
	dead, err := l.cursorDead(cursor)
	if err != nil {
		return 0, err
	}
	for _, number := range numbers {
		if !slices.ContainsFunc(dead, deadFile{number: number}.same) {
			return 0, fmt.Errorf("spool: cursor %s of %s has not set aside entry %d", cursor, l.dir, number)
		}
	}
	for _, d := range dead {
		if len(numbers) > 0 && !slices.Contains(numbers, d.number) {
			continue
		}
		done, err := f(d)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return n, wrapped("change", l.dir, err)
		}
		if done && err == nil {
			n++
		}
	}
	l.mu.Lock()
	if c := l.cursors[cursor]; c != nil {
		c.look = true
		c.wakeUp()
	}
	l.mu.Unlock()
	if len(dead) == 0 {
		return 0, nil
	}
	return n, l.files.SyncDir(l.deadDir(cursor))
}

// RemoveCursor removes a cursor that is not open, with the entries that it has set aside, so
// that it does not keep entries in the log any more.
func (l *Log) RemoveCursor(name string) error {
	if err := l.writable("remove a cursor of"); err != nil {
		return err
	}
	l.mu.Lock()
	c := l.cursors[name]
	opened := c != nil && c.opened
	l.mu.Unlock()
	switch {
	case c == nil:
		return fmt.Errorf("%w: %.70q in %s", ErrNoCursor, name, l.dir)
	case opened:
		return fmt.Errorf("spool: cursor %s of %s is open", name, l.dir)
	}
	if _, err := l.Discard(name); err != nil {
		return err
	}
	if err := l.files.Remove(l.deadDir(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return wrapped("remove a cursor of", l.dir, err)
	}
	if err := l.files.Remove(l.cursorPath(name)); err != nil {
		return wrapped("remove a cursor of", l.dir, err)
	}
	l.mu.Lock()
	delete(l.cursors, name)
	l.dead -= c.deadBytes
	l.mu.Unlock()
	l.wakeRunner()
	return l.syncDir()
}
