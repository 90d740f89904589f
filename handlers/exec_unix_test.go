//go:build unix

package handlers_test

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logbook/logbooktest"
)

// A command is killed with the processes that it started.
func TestExecKillsTheGroup(t *testing.T) {
	file := filepath.Join(t.TempDir(), "pid")
	argv, env := command(t, "hang", file)
	h := runExec(t, argv, &handlers.ExecOptions{Env: env, Timeout: time.Hour})
	var wg sync.WaitGroup
	wg.Go(func() { failures(func() { log.Error("x") }, h) })
	pid, err := strconv.Atoi(awaitFile(t, file))
	if err != nil {
		t.Fatal(err)
	}
	if !alive(pid) {
		t.Fatalf("process %d, which the command started, does not run", pid)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := h.Close(ctx); err == nil {
		t.Error("Close says nothing of the command that it killed")
	}
	wg.Wait()
	for deadline := time.Now().Add(2 * time.Minute); alive(pid); {
		if time.Now().After(deadline) {
			t.Fatalf("process %d, which the command started, lives on", pid)
		}
		<-time.After(5 * time.Millisecond)
	}
}

// A command may leave a process behind that keeps its standard error open.
func TestExecLeavesABackgroundProcess(t *testing.T) {
	file := filepath.Join(t.TempDir(), "pid")
	h := runExec(t, []string{"sh", "-c", "sleep 600 & echo $! > $0", file}, nil)
	start := time.Now()
	bound(t, func() { log.Error("x") }, h)
	if took := time.Since(start); took > 5*time.Minute {
		t.Errorf("waited for %v", took)
	}
	if pid, err := strconv.Atoi(awaitFile(t, file)); err != nil {
		t.Error(err)
	} else if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Errorf("the process in the background: %v", err)
	}
	if stats := h.Stats().String(); stats != "handled 1" {
		t.Errorf("%+v", stats)
	}
}

func TestExecKeepsTheContract(t *testing.T) {
	logbooktest.TestHandler(t, func() logbook.Handler {
		return logbook.Must(handlers.NewExec([]string{"true", "{record.message:.100}"}, &handlers.ExecOptions{
			Formatter: logbook.JSON(nil),
		}))
	})
}

// alive reports whether a process runs. A zombie does not.
func alive(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return false
	}
	stat, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return !os.IsNotExist(err)
	}
	for i := len(stat) - 1; i > 0; i-- {
		if stat[i] == ')' {
			return i+2 < len(stat) && stat[i+2] != 'Z'
		}
	}
	return true
}
