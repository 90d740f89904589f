package spool

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"

	"github.com/logbook-go/logbook/internal/crash"
)

// The position of a cursor is kept in a file with two slots, which are written in turn: if
// one is torn, the other has the position before. A slot has
//
//	 0  CRC-32C of the rest
//	 4  version
//	 8  sequence: the slot with the higher one counts
//	16  number of the last entry that is done
//	24  records up to it
//	32  entries that were damaged
//	40  entries that were dropped
//	48  number up to which damage was counted
const (
	slotSize    = 56
	slotSpace   = 4096 // apart, so that one write cannot tear both
	slotVersion = 1
)

func (l *Log) cursorPath(name string) string { return filepath.Join(l.dir, name+cursorSuffix) }

// loadCursor reads the position of a cursor. One whose file is damaged begins at the oldest
// entry.
func (l *Log) loadCursor(name string) (*Cursor, error) {
	file, err := l.files.Open(l.cursorPath(name), os.O_RDONLY, 0, false)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	c := makeCursor(l, name)
	valid := false
	for i := range int64(2) {
		b := make([]byte, slotSize)
		if _, err := file.ReadAt(b, i*slotSpace); err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		field := func(at int) uint64 { return binary.LittleEndian.Uint64(b[at:]) }
		if binary.LittleEndian.Uint32(b) != crc32.Checksum(b[4:], castagnoli) ||
			binary.LittleEndian.Uint32(b[4:]) != slotVersion || field(8) < c.sequence {
			continue
		}
		valid = true
		c.sequence, c.acked, c.ackedRecords = field(8), field(16), field(24)
		c.damaged, c.dropped, c.damagedTo = field(32), field(40), field(48)
	}
	c.readTo, c.onDisk = c.acked, c.acked
	if len(l.segments) > 0 {
		if valid {
			c.drop(l.segments[0])
		} else {
			c.acked, c.ackedRecords = l.segments[0].first-1, l.segments[0].firstRecord-1
			c.readTo = c.acked
		}
	}
	if !valid {
		l.report(fmt.Errorf("spool: the position of cursor %s of %s is damaged: it begins at the oldest entry", name, l.dir))
	}
	if err := c.countDead(); err != nil {
		return nil, err
	}
	return c, nil
}

// checkpoint writes the positions that have changed, and reports whether all are on disk.
func (l *Log) checkpoint() bool {
	l.mu.Lock()
	var dirty []*Cursor
	for _, c := range l.cursors {
		if c.dirty {
			dirty = append(dirty, c)
		}
	}
	l.mu.Unlock()
	ok := true
	for _, c := range dirty {
		if err := l.writePosition(c); err != nil {
			ok = false
			l.mu.Lock()
			l.counts.failedPositions++
			l.mu.Unlock()
			l.report(fmt.Errorf("spool: the position of cursor %s of %s is not on disk: %w", c.name, l.dir, err))
		}
	}
	return ok
}

// writePosition writes the position of a cursor. The file is opened anew each time, so that
// it is never synced again on a descriptor whose sync has failed.
func (l *Log) writePosition(c *Cursor) (err error) {
	l.positions.Lock()
	defer l.positions.Unlock()
	b := make([]byte, slotSize)
	l.mu.Lock()
	acked, sequence := c.acked, c.sequence+1
	binary.LittleEndian.PutUint32(b[4:], slotVersion)
	for i, n := range []uint64{sequence, acked, c.ackedRecords, c.damaged, c.dropped, c.damagedTo} {
		binary.LittleEndian.PutUint64(b[8+8*i:], n)
	}
	c.dirty = false
	l.mu.Unlock()
	binary.LittleEndian.PutUint32(b, crc32.Checksum(b[4:], castagnoli))

	defer func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if err != nil {
			c.dirty = true
			return
		}
		c.onDisk, c.sequence = acked, sequence
	}()
	file, err := l.files.Open(l.cursorPath(c.name), os.O_RDWR|os.O_CREATE, fileMode, false)
	if err != nil {
		return err
	}
	crash.Point("checkpoint")
	_, err = file.WriteAt(b, int64(sequence%2)*slotSpace)
	if err == nil && l.o.Sync != SyncNever {
		err = file.SyncData()
	}
	crash.Point("checkpointed")
	return errors.Join(err, file.Close())
}
