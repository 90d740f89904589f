//go:build integration

package queues_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logbook/logbooktest"
	"github.com/logbook-go/logbook/queues"
)

// A Python program that prints its records is the child of a Go program.
func TestPythonChild(t *testing.T) {
	cmd := exec.Command("/usr/bin/python3", "testdata/print.py")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	rec := logbooktest.NewRecorder()
	try(t, queues.DispatchForever(rec.Context(t.Context()), queues.NewPipeSubscriber(out, nil)))
	try(t, cmd.Wait())
	if !rec.HasWarn("tea sold out", logbooktest.Channel("python"), logbooktest.Attr("left", 0)) || !rec.HasError("failed") {
		t.Fatal(rec.Formatted())
	}
	r := rec.Records()[1]
	if r.PID() != cmd.Process.Pid || r.ErrorInfo().Type != "builtins.TypeError" || !strings.HasSuffix(r.Source().File, "print.py") || r.Level() != logbook.LevelError {
		t.Errorf("%v", r.Data())
	}
}
