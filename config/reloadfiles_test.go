package config_test

import (
	"maps"
	"os"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/logbook"
)

// contents returns the files in the working directory, except the configuration.
func contents(t *testing.T) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	files := make(map[string]string)
	for _, e := range entries {
		if e.IsDir() {
			files[e.Name()] = "directory"
			continue
		}
		text, err := os.ReadFile(e.Name())
		if err != nil {
			t.Fatal(err)
		}
		if e.Name() != "app.ini" {
			files[e.Name()] = string(text)
		}
	}
	return files
}

func expectContents(t *testing.T, when string, want map[string]string) {
	t.Helper()
	if got := contents(t); !maps.Equal(got, want) {
		t.Errorf("%s: %q, want %q", when, got, want)
	}
}

// An invalid configuration changes nothing on disk, wherever the error is.
func TestRefusedReloadHasNoEffect(t *testing.T) {
	inTempDir(t)
	const good = "[sink run]\nuri = file:run.log?truncate=true&format={record.message}\n" +
		"[sink app]\nuri = rotating:app.log?size=4&backups=5&format={record.message}\n"
	write(t, "app.ini", good)
	w := watch(t, "app.ini")
	logbook.InGoroutine(func() {
		for _, message := range []string{"a", "b", "c", "d", "e"} {
			logbook.New("app").Info(message)
		}
		want := contents(t)
		if len(want) != 6 || want["run.log"] != "a\nb\nc\nd\ne\n" {
			t.Fatalf("before: %q", want)
		}
		before := strings.Replace(good, "backups=5", "backups=1&compress=gzip", 1) +
			"[sink new]\nuri = file:new.log\n[FileLogger]\nactive = true\nlog_path = made\nlog_basename = x\n"
		for _, bad := range []string{
			"[sink bad]\nuri = fiel:x\n", "[sink bad]\nuri = rotating:x\n", "[sink bad]\nscheme = file\npath = x\nlevel = loud\n",
			"[sink bad]\nuri = timed:x?patern=%25Y\n", "[sink bad]\nuri = file:y?fallback=file:z?mode=9\n", "[levels]\na = loud\n",
			"[sink bad]\nscheme = file\npath = x\nmode\n", "[sink bad]\nuri = file:run.log?mode=0600\n",
		} {
			write(t, "app.ini", before+bad)
			if err := w.Reload(); err == nil {
				t.Errorf("%s: accepted", bad)
			}
			expectContents(t, bad, want)
		}
		logbook.New("app").Info("f")
		want["run.log"] += "f\n"
		if got := contents(t); got["run.log"] != want["run.log"] || got["app.log"] != "f\n" {
			t.Errorf("the old sinks do not go on: %q", got)
		}
	}, w.Slot())
}

// A reload does not truncate a file again, and the new options apply.
func TestReloadOfFiles(t *testing.T) {
	inTempDir(t)
	write(t, "run.log", "an earlier run\n")
	const ini = "[sink run]\nuri = file:run.log?truncate=true&format={record.message}\n"
	sized := func(options string) string {
		return ini + "[sink app]\nuri = rotating:app.log?format={record.message}&" + options + "\n"
	}
	write(t, "app.ini", sized("size=4&backups=5"))
	w := watch(t, "app.ini")
	logbook.InGoroutine(func() {
		log := logbook.New("app")
		reload := func(text string) {
			t.Helper()
			write(t, "app.ini", text)
			if err := w.Reload(); err != nil {
				t.Fatal(err)
			}
		}
		log.Info("a")
		log.Info("b")
		reload(sized("size=4&backups=5"))
		log.Info("c")
		expectContents(t, "the same again", map[string]string{"run.log": "a\nb\nc\n", "app.log": "c\n", "app.log.1": "b\n", "app.log.2": "a\n"})
		reload(sized("size=4&backups=1"))
		log.Info("d")
		expectContents(t, "fewer backups", map[string]string{"run.log": "a\nb\nc\nd\n", "app.log": "d\n", "app.log.1": "c\n"})
		reload(sized("size=1kB&backups=1"))
		log.Info("e")
		expectContents(t, "larger files", map[string]string{"run.log": "a\nb\nc\nd\ne\n", "app.log": "d\ne\n", "app.log.1": "c\n"})
		reload("[sink app]\nuri = file:app.log?format={record.message}\n")
		log.Info("f")
		reload(sized("size=1kB&backups=1"))
		log.Info("g")
		reload(sized("size=1kB&backups=1")[len(ini):])
		reload(sized("size=1kB&backups=1"))
		log.Info("h")
		if got := contents(t)["run.log"]; got != "a\nb\nc\nd\ne\ng\nh\n" {
			t.Errorf("a sink that was left out for a while: %q", got)
		}
		expectContents(t, "another scheme, and back", map[string]string{"run.log": "a\nb\nc\nd\ne\ng\nh\n", "app.log": "d\ne\nf\ng\nh\n", "app.log.1": "c\n"})
	}, w.Slot())
}

// Two sinks may write to the same file, but only with the same options of the file.
func TestSinksOfOneFile(t *testing.T) {
	inTempDir(t)
	c := parse(t, "[sink a]\nuri = file:a.log?format={record.message}\n[sink b]\nscheme = json\npath = a.log\nformat = {record.level_name}\nlevel = error\n", nil)
	logbook.InGoroutine(func() { logbook.New("app").Error("x") }, c.Setup())
	expectContents(t, "two formats", map[string]string{"a.log": "x\nERROR\n"})

	for text, want := range map[string]string{
		"[sink a]\nuri = rotating:b.log?backups=1\n[sink b]\nuri = file:b.log\n":               `option "scheme": [sink a] writes to the same file with a different scheme`,
		"[sink a]\nuri = rotating:b.log?backups=1\n[sink b]\nuri = rotating:b.log?backups=2\n": "[sink b]: uri: ",
		"[sink a]\nuri = file:b.log\n[sink b]\nscheme = file\npath = ./b.log\nmode = 0600\n":   "line 6: [sink b]: mode: [sink a] writes to the same file with a different mode",
	} {
		if _, err := config.Parse([]byte(text), nil); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "writes to the same file") {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}
