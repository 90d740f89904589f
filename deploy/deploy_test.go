//go:build integration && linux

// Package deploy_test checks the files that install the collector.
package deploy_test

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/config"
	_ "github.com/logbook-go/logbook/config/all"
	"github.com/logbook-go/logbook/logbook"
)

// The configuration can be loaded, also with what is commented out.
func TestConfiguration(t *testing.T) {
	text, err := os.ReadFile("collector.ini")
	if err != nil {
		t.Fatal(err)
	}
	all := strings.ReplaceAll(string(text), "/var/log/logbook", t.TempDir())
	all = regexp.MustCompile(`(?m)^; `).ReplaceAllString(all, "")
	journal := filepath.Join(t.TempDir(), "j")
	socket, err := net.ListenPacket("unixgram", journal)
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	all = strings.ReplaceAll(all, "scheme = journal", "scheme = journal\npath = "+journal)
	path := filepath.Join(t.TempDir(), "collector.ini")
	if err := os.WriteFile(path, []byte(all), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := config.Load(path, &config.Options{Strict: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := logbook.Close(t.Context(), c.Setup()); err != nil {
		t.Error(err)
	}
	var names []string
	for _, s := range c.Sources() {
		names = append(names, s.Name())
	}
	if got := strings.Join(names, " "); got != "otlp syslog" {
		t.Errorf("sources %s", got)
	}
}

// systemd accepts the units.
func TestUnits(t *testing.T) {
	dir := t.TempDir()
	units, err := filepath.Glob("systemd/*")
	if err != nil || len(units) != 2 {
		t.Fatalf("%q, %v", units, err)
	}
	args := []string{"verify"}
	for _, unit := range units {
		text, err := os.ReadFile(unit)
		if err != nil {
			t.Fatal(err)
		}
		// The program is not installed here.
		installed := strings.ReplaceAll(string(text), "/usr/local/bin/logbook", "/bin/true")
		path := filepath.Join(dir, filepath.Base(unit))
		if err := os.WriteFile(path, []byte(installed), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, path)
	}
	if out, err := exec.Command("systemd-analyze", args...).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("%v\n%s", err, out)
	}
}

// The command of the unit is one of the program's, and so is that of the image.
func TestCommands(t *testing.T) {
	bin := filepath.Join(t.TempDir(), "logbook")
	if out, err := exec.Command("go", "build", "-o", bin, "../cmd/logbook").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, tt := range []struct{ file, pattern, sep string }{
		{"systemd/logbook-collect.service", `ExecStart=/usr/local/bin/logbook (.+)`, " "},
		{"../scripts/oci.sh", `"Cmd": \["(.+)"\]`, `", "`},
	} {
		text, err := os.ReadFile(tt.file)
		if err != nil {
			t.Fatal(err)
		}
		m := regexp.MustCompile(tt.pattern).FindSubmatch(text)
		if m == nil {
			t.Fatalf("%s: no command", tt.file)
		}
		args := append(strings.Split(string(m[1]), tt.sep), "--level", "no-level")
		out, err := exec.Command(bin, args...).CombinedOutput()
		if err == nil || !strings.Contains(string(out), `"no-level"`) {
			t.Errorf("%s: %v\n%s", tt.file, err, out) // an error about another argument
		}
	}
}
