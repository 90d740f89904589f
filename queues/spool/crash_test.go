package spool

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"
)

// childVariable names the directory for a program that a test starts: this test binary.
const childVariable = "LOGBOOK_SPOOL_CHILD"

// crashOptions make every step happen often.
var crashOptions = Options{MaxBytes: 1 << 20, SegmentBytes: 16 << 10}

const (
	childProducers = 4
	childEntries   = 60 // by each producer
)

// runChild appends entries from several goroutines, reads them by a cursor, and reports
// both on standard output: "run N" with the number of the run, "sent KEY" when an append has
// returned, "read NUMBER KEY" before an acknowledgement, "aside NUMBER" when SetAside has
// returned.
func runChild(dir string) {
	fail := func(err error) {
		fmt.Println("failed", err)
		os.Exit(1)
	}
	l, err := Open(dir, &crashOptions)
	if err != nil {
		fail(err)
	}
	c, err := l.Cursor("a", nil)
	if err != nil {
		fail(err)
	}
	var reading, sending sync.WaitGroup
	ctx, stop := context.WithCancel(context.Background())
	reading.Go(func() {
		for {
			entries, err := c.Read(ctx, 20, 0)
			if err != nil {
				if !errors.Is(err, context.Canceled) {
					fail(err)
				}
				return
			}
			for _, e := range entries {
				fmt.Println("read", e.Number, e.Key)
				if len(e.Body) != childSize(e.Key) {
					fail(fmt.Errorf("entry %d is corrupt", e.Number))
				}
				if e.Number%17 != 0 {
					c.Ack(e.Number)
					continue
				}
				if err := c.SetAside(e, errors.New("no reason")); err != nil {
					fail(err)
				}
				fmt.Println("aside", e.Number)
			}
		}
	})
	start := time.Now().UnixNano()
	for p := range childProducers {
		sending.Go(func() {
			for i := range childEntries {
				e := &Entry{Key: fmt.Sprintf("%d-%d-%d", p, start, i), Records: 1}
				e.Body = make([]byte, childSize(e.Key))
				for err := l.Append(ctx, e); err != nil; err = l.Append(ctx, e) {
					var full *FullError
					if !errors.As(err, &full) {
						fail(err)
					}
					if err := l.Room(ctx); err != nil {
						fail(err)
					}
				}
				fmt.Println("sent", e.Key)
			}
		})
	}
	sending.Wait()
	stop()
	reading.Wait()
	if err := l.Close(context.Background()); err != nil {
		fail(err)
	}
	if s := c.State(); s.Damaged+s.Dropped > 0 {
		fail(fmt.Errorf("%+v", s))
	}
	fmt.Println("done")
}

// childSize returns the size of a body, between 1 and 6,000 bytes.
func childSize(key string) int {
	var n uint32
	for _, b := range []byte(key) {
		n = n*31 + uint32(b)
	}
	return int(n%6000) + 1
}

// history is what the runs of a program have reported.
type history struct {
	t     testing.TB
	sent  []string
	read  map[uint64]string // number to key
	keys  map[string]uint64
	aside map[uint64]bool
	next  map[string]int // for each producer and run, the first entry that was not read yet
	again int            // entries that were read more than once
}

func newHistory(t testing.TB) *history {
	return &history{t: t, read: make(map[uint64]string), keys: make(map[string]uint64), aside: make(map[uint64]bool), next: make(map[string]int)}
}

// addRead adds an entry that was read, and checks that its number and its key belong
// together, and that the entries of each producer come in order.
func (h *history) addRead(number uint64, key string) {
	h.t.Helper()
	if old, seen := h.read[number]; seen {
		h.again++
		if old != key {
			h.t.Fatalf("entry %d is %s, was %s", number, key, old)
		}
		return
	}
	if old, seen := h.keys[key]; seen {
		h.t.Fatalf("%s is entry %d and entry %d", key, old, number)
	}
	h.read[number], h.keys[key] = key, number
	at := strings.LastIndex(key, "-")
	var i int
	if _, err := fmt.Sscan(key[at+1:], &i); err != nil {
		h.t.Fatal(err)
	}
	if i != h.next[key[:at]] {
		h.t.Fatalf("%s comes when %d is next", key, h.next[key[:at]])
	}
	h.next[key[:at]] = i + 1
}

// run runs the program to its end, or kills it after some lines of its output if kill is not
// 0, and returns whether it has done all.
func (h *history) run(dir string, env []string, kill int) (done bool) {
	h.t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(append(os.Environ(), childVariable+"="+dir), env...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		h.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		h.t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	for n := 1; ; n++ {
		if n == kill {
			_ = cmd.Process.Kill() // may have ended
		}
		line, err := lines.ReadString('\n')
		if err != nil {
			if !errors.Is(err, io.EOF) {
				h.t.Fatal(err)
			}
			break
		}
		var number uint64
		var key string
		switch word, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " "); word {
		case "sent":
			h.sent = append(h.sent, rest)
		case "read":
			if _, err := fmt.Sscan(rest, &number, &key); err != nil {
				h.t.Fatal(err)
			}
			h.addRead(number, key)
		case "aside":
			if _, err := fmt.Sscan(rest, &number); err != nil {
				h.t.Fatal(err)
			}
			h.aside[number] = true
		case "done":
			done = true
		default:
			h.t.Errorf("the program reports %q", line)
		}
	}
	if err := cmd.Wait(); err != nil && cmd.ProcessState.ExitCode() > 1 { // not killed
		h.t.Fatal(err)
	}
	return done
}

// check reads what is left and compares.
func (h *history) check(dir string) {
	h.t.Helper()
	l := open(h.t, dir, &crashOptions)
	c := openCursor(h.t, l, "a", nil)
	for c.State().Acked < l.Last() {
		for _, e := range read(h.t, c, 0) {
			h.addRead(e.Number, e.Key)
			c.Ack(e.Number)
		}
	}
	for _, key := range h.sent {
		if h.keys[key] == 0 {
			h.t.Errorf("%s was acknowledged and is lost", key)
		}
	}
	for n := uint64(1); n <= l.Last(); n++ {
		if h.read[n] == "" {
			h.t.Errorf("entry %d is missing", n)
		}
	}
	for d, err := range l.Dead("a") {
		if err != nil {
			h.t.Fatal(err)
		}
		delete(h.aside, d.Number)
		if d.Key != h.read[d.Number] || d.Reason != "no reason" {
			h.t.Errorf("set aside: %+v", d)
		}
	}
	if len(h.aside) > 0 {
		h.t.Errorf("entries %v were set aside and are lost", h.aside)
	}
	if s := c.State(); s.Damaged != 0 || s.Dropped != 0 {
		h.t.Errorf("%+v", s)
	}
	if s := l.Stats(); s.Count("stored_bytes")-s.Count("set_aside_bytes") > uint64(crashOptions.MaxBytes) {
		h.t.Errorf("on disk: %v", s)
	}
	closeLog(h.t, l)
}

// A program that is killed at any time has lost nothing that was acknowledged.
func TestKill(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	h := newHistory(t)
	kills := 0
	for range fromEnv(t, "LOGBOOK_TORTURE_KILLS", 10) {
		if !h.run(dir, nil, rand.IntN(2*childProducers*childEntries)+1) {
			kills++
		}
	}
	h.check(dir)
	t.Logf("%d kills, %d entries acknowledged, %d read, %d of them again, none lost", kills, len(h.sent), len(h.read), h.again)
}
