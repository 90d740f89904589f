package queues_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logbook/logbooktest"
	"github.com/logbook-go/logbook/queues"
)

// childVariable makes the test binary a child process that logs to its parent.
const childVariable = "LOGBOOK_TEST_CHILD"

// child logs n records to the parent process.
func child(n int) {
	h, err := queues.ToParent(nil)
	if err != nil {
		panic(err)
	}
	defer logbook.PushApplication(h)()
	for i := range n {
		logbook.Warn("record {i} of the child", "i", i)
	}
	_ = h.Close(context.Background())
}

// A child process that logs to its parent: its records are dispatched there, all fields
// included, and its end is the end of the source.
func TestChildProcess(t *testing.T) {
	if runtime.GOOS == "windows" {
		cmd := exec.Command(os.Args[0])
		if _, _, err := queues.FromChild(cmd); !errors.Is(err, errors.ErrUnsupported) {
			t.Error(err)
		}
		return
	}
	const n = 500
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"="+strconv.Itoa(n))
	cmd.Stderr = os.Stderr
	s, started, err := queues.FromChild(cmd)
	if err != nil {
		t.Fatal(err)
	}
	err = cmd.Start()
	started()
	if err != nil {
		t.Fatal(err)
	}
	rec := logbooktest.NewRecorder()
	try(t, queues.DispatchForever(rec.Context(t.Context()), s))
	try(t, cmd.Wait())
	all := rec.Records()
	if len(all) != n {
		t.Fatalf("%d records", len(all))
	}
	for i, r := range all {
		if v, _ := r.Lookup("i"); r.Level() != logbook.LevelWarn || v.Int64() != int64(i) || r.PID() != cmd.Process.Pid || filepath.Base(r.Source().File) != "pipe_test.go" {
			t.Fatalf("record %d: %v", i, r.Data())
		}
	}
	try(t, s.Close(t.Context()))
}

// Without a usable pipe from the parent, the error says so.
func TestToParentFails(t *testing.T) {
	if _, err := queues.ToParent(nil); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
	for _, v := range []string{"", "x", "-1", "99999", "99999999999"} {
		t.Setenv("LOGBOOK_PIPE", v)
		if _, err := queues.ToParent(nil); err == nil || !strings.HasPrefix(err.Error(), "queues: no pipe to the parent process: ") {
			t.Errorf("%q: %v", v, err)
		}
	}
}

// Lines that are no records are counted and reported; the others are read.
func TestPipeSubscriber(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // all refusals within seconds
		var b bytes.Buffer
		p := queues.NewPipe(&b, nil)
		log := func(m string) {
			try(t, p.Handle(logbook.NewRecord(logbook.RecordData{Level: logbook.LevelInfo, Message: m, Template: m})))
		}
		log("1")
		b.WriteString("no record\n\n{}\n")
		log("2")
		b.WriteString(strings.Repeat("x", 3000) + "\n")
		log("3")
		b.WriteString(`{"chan`)
		s := queues.NewPipeSubscriber(&b, &queues.PipeSubscriberOptions{MaxRecordBytes: 2000})
		var got []string
		for {
			m := receive(t, s)
			got = append(got, m)
			if m == "EOF" {
				break
			}
		}
		want := []string{"1", "refused an input of a pipe: logbook: received record: ", "2", "3", "refused 3 inputs of a pipe, the last one: an incomplete line at the end", "EOF"}
		if len(got) != len(want) {
			t.Fatalf("%q", got)
		}
		for i := range want {
			if !strings.HasPrefix(got[i], want[i]) {
				t.Errorf("%q, want %q", got[i], want[i])
			}
		}
		if stats := s.Stats(); stats.Handled != 3 || stats.Count("refused") != 4 {
			t.Error(stats)
		}
	})
}

// Close ends a Receive that waits, and both ends of the pipe.
func TestPipeClose(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	p, s := queues.NewPipe(w, nil), queues.NewPipeSubscriber(r, nil)
	got := make(chan error)
	go func() {
		_, err := s.Receive(t.Context())
		got <- err
	}()
	for range 2 {
		try(t, s.Close(t.Context()))
	}
	if err := <-got; !errors.Is(err, logbook.ErrClosed) {
		t.Error(err)
	}
	record := logbook.NewRecord(logbook.RecordData{Message: "m"})
	if err := p.Handle(record); err == nil {
		t.Error("a record was written to a pipe that nobody reads")
	}
	for range 2 {
		try(t, p.Close(t.Context()))
	}
	if err := p.Handle(record); !errors.Is(err, logbook.ErrClosed) || w.Close() == nil {
		t.Error(err)
	}
}

func TestPipeHandler(t *testing.T) {
	logbooktest.TestHandler(t, func() logbook.Handler { return queues.NewPipe(io.Discard, nil) })
	logbooktest.TestHandler(t, func() logbook.Handler {
		return queues.NewPipe(io.Discard, &queues.PipeOptions{Level: logbook.LevelInfo, Bubble: true})
	})
	if handlers.NewStream(io.Discard, nil).Binding().Console == queues.NewPipe(io.Discard, nil).Binding().Console {
		t.Error("a Pipe is a console")
	}
}
