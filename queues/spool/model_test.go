package spool

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"syscall"
	"testing"

	"github.com/logbook-go/logbook/internal/disk/disktest"
)

// model is a log on a file system that fails, and what is to be in it.
type model struct {
	t      *testing.T
	dir    string
	o      Options
	files  *disktest.Faults
	random *rand.Rand
	faulty bool // calls fail for some time
	l      *Log
	c      *Cursor

	keys   int
	sent   map[uint64]string // acknowledged
	unsure map[string]bool   // not acknowledged, and perhaps there
	seen   map[uint64]string // read
	acked  uint64
	next   uint64            // the next one that Read is to return
	aside  map[uint64]bool   // set aside since the log was opened
	dead   map[uint64]string // set aside
	tried  map[uint64]bool   // set aside, or that has failed
	unread []*Entry          // read and not acknowledged
}

func newModel(t *testing.T, policy Sync, seed uint64) *model {
	m := &model{
		t: t, dir: t.TempDir(), files: new(disktest.Faults), random: rand.New(rand.NewPCG(seed, 1)), next: 1,
		sent: make(map[uint64]string), unsure: make(map[string]bool), seen: make(map[uint64]string), dead: make(map[uint64]string),
		tried: make(map[uint64]bool),
	}
	m.o = Options{MaxBytes: 512 << 10, SegmentBytes: 16 << 10, Sync: policy, files: m.files}
	m.reopen()
	return m
}

// attempts is how often an action may fail because of one fault.
const attempts = 10

// try repeats an action until it succeeds.
func (m *model) try(what string, action func() error) {
	m.t.Helper()
	var err error
	for range attempts {
		if err = action(); err == nil {
			return
		}
	}
	m.t.Fatalf("%s: %v", what, err)
}

// reopen closes the log and opens it again.
func (m *model) reopen() {
	m.t.Helper()
	if m.l != nil {
		_ = m.l.Close(context.Background()) // may report a fault
	}
	m.try("Open", func() (err error) {
		m.l, err = Open(m.dir, &m.o)
		return err
	})
	m.try("Cursor", func() (err error) {
		m.c, err = m.l.Cursor("a", nil)
		return err
	})
	// What was not written to the disk comes again.
	m.acked = m.c.State().Acked
	m.next = m.acked + 1
	m.aside, m.unread = make(map[uint64]bool), nil
}

func (m *model) append() {
	entries := make([]*Entry, m.random.IntN(3)+1)
	for i := range entries {
		m.keys++
		entries[i] = entry(m.keys, m.random.IntN(3000))
	}
	err := m.l.Append(m.t.Context(), entries...)
	var full *FullError
	switch {
	case errors.As(err, &full) && full.Limit > 0:
		for !m.faulty && m.acked < m.l.Last() {
			m.read()
			m.ack(len(m.unread))
		}
	case err != nil:
		for _, e := range entries {
			m.unsure[e.Key] = true
		}
	default:
		for _, e := range entries {
			if m.sent[e.Number] != "" || m.seen[e.Number] != "" {
				m.t.Fatalf("%s is entry %d again", e.Key, e.Number)
			}
			m.sent[e.Number] = e.Key
		}
	}
}

// read reads the next entries, if there are any.
func (m *model) read() {
	for m.aside[m.next] {
		m.next++
	}
	if m.next > m.l.Last() {
		return
	}
	var entries []*Entry
	m.try("Read", func() (err error) {
		entries, err = m.c.Read(m.t.Context(), m.random.IntN(40), 0)
		return err
	})
	for _, e := range entries {
		if m.tried[e.Number] && e.Number <= m.acked { // requeued
			m.try("SetAside", func() error { return m.c.SetAside(e, nil) })
			m.dead[e.Number] = e.Key
			continue
		}
		for m.aside[m.next] {
			m.next++
		}
		if e.Number != m.next {
			m.t.Fatalf("entry %d comes, want %d", e.Number, m.next)
		}
		m.next++
		m.check(e)
		m.unread = append(m.unread, e)
	}
}

// check compares an entry with what was appended.
func (m *model) check(e *Entry) {
	var n int
	if _, err := fmt.Sscanf(e.Key, "key %d", &n); err != nil {
		m.t.Fatal(err)
	}
	want := entry(n, len(e.Body))
	if string(e.Body) != string(want.Body) || e.Gzip != want.Gzip || e.Records != want.Records || e.Peer != want.Peer {
		m.t.Fatalf("entry %d is %+v, want %+v", e.Number, e, want)
	}
	if sent := m.sent[e.Number]; sent != e.Key && (sent != "" || !m.unsure[e.Key]) {
		m.t.Fatalf("entry %d is %s, want %q", e.Number, e.Key, sent)
	}
	if seen := m.seen[e.Number]; seen != "" && seen != e.Key {
		m.t.Fatalf("entry %d is %s, was %s", e.Number, e.Key, seen)
	}
	m.seen[e.Number] = e.Key
}

// ack acknowledges the first n entries that were read.
func (m *model) ack(n int) {
	if n == 0 || len(m.unread) == 0 {
		return
	}
	m.acked = m.unread[n-1].Number
	m.c.Ack(m.acked)
	m.unread = m.unread[n:]
	m.settle()
}

func (m *model) settle() {
	for m.aside[m.acked+1] {
		m.acked++
	}
}

func (m *model) act() {
	switch n := m.random.IntN(100); {
	case n < 45:
		m.append()
	case n < 65:
		m.read()
	case n < 80:
		m.ack(m.random.IntN(len(m.unread) + 1))
	case n < 84:
		m.c.Rewind()
		m.next, m.unread = m.acked+1, nil
	case n < 88 && len(m.unread) > 0:
		i := m.random.IntN(len(m.unread))
		e := m.unread[i]
		m.tried[e.Number] = true
		if err := m.c.SetAside(e, errors.New("why")); err == nil {
			m.unread = slices.Delete(m.unread, i, i+1)
			m.aside[e.Number] = true
			m.dead[e.Number] = e.Key
			m.settle()
		}
	case n < 90:
		_, _ = m.l.Requeue("a") // may fail
	case n < 94:
		_ = m.l.Sync(m.t.Context())
	case n < 96:
		m.scan()
	case n < 98:
		m.reopen()
	}
}

// scan reads all entries that have not been removed.
func (m *model) scan() {
	next := uint64(0)
	for e, err := range m.l.Scan(0) {
		var damage *DamageError
		switch {
		case errors.As(err, &damage):
			m.t.Fatal(err)
		case err != nil:
			return // a fault
		case next != 0 && e.Number != next && e.Number > m.acked+1: // others may be removed meanwhile
			m.t.Fatalf("entry %d comes, want %d", e.Number, next)
		}
		m.check(e)
		next = e.Number + 1
	}
}

// finish reads everything and compares.
func (m *model) finish() {
	m.t.Helper()
	m.files.Fail(nil)
	m.reopen()
	m.append()
	for m.acked < m.l.Last() {
		m.read()
		m.ack(len(m.unread))
	}
	for number, key := range m.sent {
		if m.seen[number] != key {
			m.t.Errorf("entry %d, %s, is lost", number, key)
		}
	}
	if s := m.c.State(); s.Damaged != 0 || s.Dropped != 0 || s.Entries != 0 || s.Bytes != 0 || s.Records != 0 {
		m.t.Errorf("%+v", s)
	}
	dead := make(map[uint64]string)
	for d, err := range m.l.Dead("a") {
		if err != nil {
			m.t.Fatal(err)
		}
		dead[d.Number] = d.Key
	}
	for number, key := range m.dead {
		if dead[number] != key {
			m.t.Errorf("entry %d was set aside and is lost", number)
		}
	}
	if err := m.l.Close(context.Background()); err != nil {
		m.t.Error(err)
	}
}

// Random actions, while single calls of the file system fail.
func TestFaultsInTurn(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	faults := []error{syscall.ENOSPC, syscall.EIO, syscall.EACCES, syscall.EMFILE}
	step := 1
	if fromEnv(t, "LOGBOOK_TORTURE_FAULTS", 0) == 0 {
		step = 41
	}
	for _, policy := range []Sync{SyncAlways, SyncInterval, SyncNever} {
		t.Run(policy.String(), func(t *testing.T) {
			t.Parallel()
			runs, failed := 0, 0
			for call := 1; ; call += step {
				clean := true
				m := newModel(t, policy, seed)
				m.files.Short = call%2 == 0
				fault := faults[call%len(faults)]
				left := call
				m.files.Fail(func(string, int) error {
					if left--; left != 0 {
						return nil
					}
					clean = false
					return fault
				})
				for range 150 {
					m.act()
				}
				m.finish()
				if t.Failed() {
					t.Fatalf("seed %d: call %d fails with %v", seed, call, fault)
				}
				_ = os.RemoveAll(m.dir) // or the disk fills up
				runs++
				if clean {
					break
				}
				failed++
			}
			t.Logf("%d runs, a call failed in %d of them", runs, failed)
		})
	}
}

// Random actions, while a kind of call fails for some time.
func TestFaultsOfEachCall(t *testing.T) {
	t.Parallel()
	for _, policy := range []Sync{SyncAlways, SyncInterval} {
		for i, op := range []string{
			"create", "open", "writeat", "fdatasync", "preallocate", "truncate", "remove", "rename", "syncdir", "close", "lstat", "readdir", "mkdir", "write",
		} {
			t.Run(fmt.Sprintf("%v/%s", policy, op), func(t *testing.T) {
				t.Parallel()
				seed := rand.Uint64()
				m := newModel(t, policy, seed)
				m.files.Short = i%2 == 0
				for round := range fromEnv(t, "LOGBOOK_TORTURE_FAULTS", 2) {
					for range 20 {
						m.act()
					}
					m.files.FailOp(op, []error{syscall.ENOSPC, syscall.EIO}[round%2])
					m.faulty = true
					for range 10 {
						m.append()
						m.ack(m.random.IntN(len(m.unread) + 1))
					}
					m.files.Fail(nil)
					m.faulty = false
				}
				m.finish()
				if t.Failed() {
					t.Fatalf("seed %d", seed)
				}
			})
		}
	}
}
