package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// zeroes is an endless line.
type zeroes struct{}

func (zeroes) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = '0'
	}
	return len(p), nil
}

// A line of 100 MiB is cut in bounded memory; the next line is whole.
func TestPipeHugeLine(t *testing.T) {
	const huge = 100 << 20
	cmd := command(t, "pipe")
	cmd.Stdin = io.MultiReader(io.LimitReader(zeroes{}, huge), strings.NewReader("\n"+textLine+"\n"))
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil || stderr.Len() > 0 {
		t.Fatalf("%v, %q", err, stderr.String())
	}
	line, rest, _ := strings.Cut(stdout.String(), "\n")
	if !strings.HasSuffix(line, "0...(cut 103809024 bytes)") || strings.Count(line, "0") < 1<<20 || len(line) > 1<<20+100 {
		t.Errorf("%d bytes, ending in %q", len(line), line[max(0, len(line)-40):])
	}
	if rest != "13:37:42.500 ERROR    db lost\n" {
		t.Errorf("then %q", rest)
	}
	if rss := cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss << 10; rss > 64<<20 {
		t.Errorf("took %d MiB", rss>>20)
	}
}

// A full disk loses no record of other sinks, is reported at most once a second, and
// changes the exit code.
func TestPipeFullDisk(t *testing.T) {
	path := filepath.Join(t.TempDir(), "all.log")
	const n = 5000
	stdout, stderr, code := execute(t, strings.Repeat(textLine+"\n", n), "pipe", "--to", "file:/dev/full", "--to", "json:"+path)
	if stdout != "" || code != exitFailed {
		t.Errorf("exit code %d, %q", code, stdout)
	}
	reports := strings.Split(strings.TrimSuffix(stderr, "\n"), "\n")
	if !strings.HasPrefix(reports[0], `logbook: sink "file:/dev/full": write /dev/full: no space left on device`) {
		t.Errorf("first report %q", reports[0])
	}
	if last := reports[len(reports)-1]; last != `logbook: sink "file:/dev/full": 5000 of 5000 records were not written` {
		t.Errorf("last report %q", last)
	}
	// A slow machine has time for more reports.
	if len(reports) > 60 {
		t.Errorf("%d reports", len(reports))
	}
	if got, err := os.ReadFile(path); err != nil || bytes.Count(got, []byte("\n")) != n {
		t.Errorf("%d lines, %v", bytes.Count(got, []byte("\n")), err)
	}
}
