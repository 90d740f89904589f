//go:build unix

package programs_test

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A daemon reads its configuration from a file, reloads it on SIGHUP, keeps the old one if
// the new one is invalid, and ends cleanly on SIGTERM.
func TestDaemon(t *testing.T) {
	dir := t.TempDir()
	configure := func(text string) {
		if err := os.WriteFile(filepath.Join(dir, "app.ini"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const sink = "[sink out]\nuri = file:-?format="
	configure(sink + "first {record.level_name} {record.message}\n")
	c := exec.CommandContext(t.Context(), filepath.Join(bin, "daemon"))
	c.Dir = dir
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	find := func(want string) {
		t.Helper()
		for lines.Scan() {
			if strings.HasPrefix(lines.Text(), want) {
				return
			}
		}
		t.Fatalf("ended without %q, %v", want, lines.Err())
	}
	signal := func(s syscall.Signal) {
		if err := c.Process.Signal(s); err != nil {
			t.Fatal(err)
		}
	}
	find("first NOTICE started")
	find("first INFO measured 1.500 mbar")
	configure("levels = *:info\n" + sink + "second {record.level_name} {record.message}\n")
	signal(syscall.SIGHUP)
	find("second INFO measured 1.500 mbar")
	configure("[sink out]\nuri = fiel:-\n")
	signal(syscall.SIGHUP)
	find(`second ERROR reloading the configuration: config: app.ini:2: [sink out]: uri: sink "fiel:-": unknown scheme "fiel", did you mean "file"?`)
	find("second INFO measured")
	signal(syscall.SIGTERM)
	find("second NOTICE stopping")
	if err := c.Wait(); err != nil {
		t.Error(err)
	}

	// It does not start without a configuration.
	c = exec.Command(filepath.Join(bin, "daemon"))
	c.Dir = t.TempDir()
	text, err := c.CombinedOutput()
	if err == nil || !strings.Contains(string(text), "ERROR: daemon: stopped") || !strings.Contains(string(text), "app.ini: no such file or directory") {
		t.Errorf("without app.ini: %v\n%s", err, text)
	}
}
