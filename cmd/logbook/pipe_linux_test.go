package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
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

// A line of 100 MiB becomes several records in bounded memory, which lose none of it; the
// next line is whole.
func TestPipeHugeLine(t *testing.T) {
	const huge = 100 << 20
	cmd := command(t, "pipe")
	r := startCommand(t, cmd, nil)
	r.lines.Buffer(nil, 2<<20)
	go func() {
		_, _ = io.Copy(r.stdin, io.MultiReader(io.LimitReader(zeroes{}, huge), strings.NewReader("\n"+textLine+"\n")))
	}()
	zeros := 0
	for zeros < huge && !t.Failed() {
		line := r.next(t)
		_, line, _ = strings.Cut(line, " pipe: ")
		line, _, _ = strings.Cut(line, " piece=")
		if zeros += strings.Count(line, "0"); len(line) > 1<<20 || strings.Trim(line, "0") != "" {
			t.Fatalf("%d bytes", len(line))
		}
	}
	if zeros != huge {
		t.Errorf("%d bytes of %d", zeros, huge)
	}
	if line := r.next(t); line != "2024-02-29 13:37:42.500 ERROR    db: lost" {
		t.Errorf("then %q", line)
	}
	if peak := peakMemory(t, cmd.Process.Pid); peak > 64<<20 {
		t.Errorf("took %d MiB", peak>>20)
	}
	r.stdin.Close()
	if code := exitOf(t, r.wait()); code != exitOK || r.stderr.Len() > 0 {
		t.Errorf("exit code %d, %q", code, r.stderr.String())
	}
}

// peakMemory returns how much memory a running program has taken, in bytes. Maxrss of an
// ended one includes what the test itself had taken when it started the program.
func peakMemory(t testing.TB, pid int) (bytes int) {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, peak, _ := strings.Cut(string(status), "VmHWM:")
	if _, err := fmt.Sscanf(peak, "%d kB", &bytes); err != nil {
		t.Fatalf("%v in %s", err, status)
	}
	return bytes << 10
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
