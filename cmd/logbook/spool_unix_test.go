//go:build unix

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// With a spool, a sink that fails gets its records after the next start, and holds up no
// other one.
func TestCollectSpool(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	collect := func(input string, args ...string) (stdout, stderr string) {
		t.Helper()
		out, stderr, code := execute(t, input, append(strings.Fields("collect --from - --spool spool --to console:-?format={record.message}"), args...)...)
		if code != 0 {
			t.Errorf("exit code %d, %s", code, stderr)
		}
		return out, stderr
	}
	lines := strings.SplitAfter(jsonLines, "\n")
	if err := os.WriteFile("sink", []byte("#!/bin/sh\nexit 1\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	out, stderr := collect(lines[0]+lines[1], "--to", "exec:./sink?args={record.message}&level=info")
	if out != "one\ntwo\n" || !strings.HasSuffix(stderr, "logbook: 2 records collected, none lost\n") || !strings.Contains(stderr, `sink "exec:./sink?args={record.message}&level=info": queues: 2 records stay in the spool: `) {
		t.Errorf("%q, %s", out, stderr)
	}
	if err := os.WriteFile("sink", []byte("#!/bin/sh\necho \"$1\" >> got\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	out, stderr = collect(lines[2], "--to", "exec:./sink?args={record.message}&level=info")
	if out != "three\n" || stderr != "logbook: 1 record collected, none lost\n" {
		t.Errorf("%q, %s", out, stderr)
	}
	if got, err := os.ReadFile(filepath.Join(dir, "got")); string(got) != "one\ntwo\nthree\n" {
		t.Errorf("%q, %v", got, err)
	}
	// A sink that is left out is reported; a filter holds for what comes out.
	out, stderr = collect(jsonLines, "--channel", "app.db")
	if out != "one\n" || !strings.Contains(stderr, `logbook: no sink has the cursor "exec-.-sink-args-record.message-level-in`) {
		t.Errorf("%q, %s", out, stderr)
	}
}
