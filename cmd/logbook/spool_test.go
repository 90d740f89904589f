package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
)

// makeSpool makes a spool with the records one, two (which is set aside) and three (which is
// left).
func makeSpool(t *testing.T) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "spool")
	h := logbook.NewHandler(func(r *logbook.Record) error {
		switch r.Message() {
		case "two":
			return errors.New("no two\nhere")
		case "three":
			return errors.New("down")
		}
		return nil
	}, nil)
	for _, attempts := range []int{1, 1000} {
		s, err := queues.NewSpool(h, dir, &queues.SpoolOptions{MaxAttempts: attempts})
		if err != nil {
			t.Fatal(err)
		}
		texts := []string{"one", "two"}
		if attempts > 1 {
			texts = []string{"three"}
		}
		logbook.InGoroutine(func() {
			for _, text := range texts {
				logbook.Info(text)
			}
		}, s)
		var left *queues.SpooledError
		if err := s.Close(context.Background()); err != nil && !errors.As(err, &left) {
			t.Fatal(err)
		}
	}
	return dir
}

func TestSpoolCommands(t *testing.T) {
	dir := makeSpool(t)
	spool := func(args ...string) (out, stderr string, code int) {
		t.Helper()
		return runHere(append([]string{"spool"}, args...)...)
	}
	out, _, code := spool("ls", dir)
	for _, want := range []string{
		`0{19}1-0{19}1-[0-9a-f]{8}\.log +1 +3 +`,
		`handler +1 +1 +[0-9.]+[kKMi]*B? +[0-9]+s +0 +0 +1\n`,
		`handler +2 +1 +20..-..-.. ..:..:.. +set aside after 1 attempts: no two\\nhere\n`,
	} {
		if !regexp.MustCompile(want).MatchString(out) || code != 0 {
			t.Errorf("exit code %d, want %s in\n%s", code, want, out)
		}
	}
	texts := func(args ...string) string {
		t.Helper()
		out, stderr, code := spool(append([]string{"cat", dir}, args...)...)
		if stderr != "" || code != 0 {
			t.Errorf("%s, exit code %d", stderr, code)
		}
		var texts []string
		for _, m := range regexp.MustCompile(`"msg":"(\w+)"`).FindAllStringSubmatch(out, -1) {
			texts = append(texts, m[1])
		}
		return strings.Join(texts, " ")
	}
	for args, want := range map[string]string{"": "one two three", "--cursor handler": "three", "--set-aside handler": "two"} {
		if got := texts(strings.Fields(args)...); got != want {
			t.Errorf("cat %s: %q, want %q", args, got, want)
		}
	}
	if out, _, code := spool("verify", dir); out != "entries: 4, records: 4, damaged: 0\n" || code != 0 {
		t.Errorf("%s, exit code %d", out, code)
	}
	if out, _, code := spool("requeue", dir, "handler", "2"); out != "requeued: 1\n" || code != 0 {
		t.Errorf("%s, exit code %d", out, code)
	}
	if out, _, _ := spool("ls", dir); !strings.Contains(out, "requeued: ") {
		t.Errorf("%s", out)
	}

	damage(t, dir, "two")
	if out, stderr, code := spool("verify", dir); out != "entries: 3, records: 3, damaged: 1\n" || code != 1 || !strings.Contains(stderr, "entry 2 is damaged or missing") {
		t.Errorf("%s, %s, exit code %d", out, stderr, code)
	}
	if out, stderr, code := spool("cat", dir); strings.Count(out, "\n") != 2 || code != 1 || !strings.Contains(stderr, "entry 2 is damaged") {
		t.Errorf("%s, %s, exit code %d", out, stderr, code)
	}
	if out, stderr, code := spool("drop", dir, "handler"); out != "" || code != 0 {
		t.Errorf("%s, %s, exit code %d", out, stderr, code)
	}
	if out, _, _ := spool("ls", dir); strings.Contains(out, "handler") {
		t.Errorf("%s", out)
	}
}

// damage flips a bit in the segment of the log that has the text.
func damage(t *testing.T, dir, text string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.log"))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	b, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	b[bytes.Index(b, []byte(text))] ^= 1
	if err := os.WriteFile(files[0], b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// Bad input is an error that names it.
func TestSpoolUsage(t *testing.T) {
	dir := makeSpool(t)
	other := t.TempDir()
	file := filepath.Join(other, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	used, err := queues.NewSpool(logbook.Null{}, filepath.Join(other, "used"), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer used.Close(context.Background())
	for args, want := range map[string]string{
		"list":                          `unknown command "list": want ls, cat, verify, requeue or drop`,
		"ls":                            "got 0 arguments, want a directory",
		"ls " + file:                    file + " is not a directory",
		"ls " + other:                   other + " is not the directory of a spool",
		"verify " + other + "/missing":  "missing: no such file or directory",
		"cat " + dir + " --cursor x":    `has no cursor "x" (there are: ["handler"])`,
		"cat " + dir + " --set-aside x": `has no cursor "x"`,
		"cat " + dir + " --set-aside x --cursor y": "cannot be used together",
		"requeue " + dir:                  "got 1 argument, want a directory and a cursor",
		"requeue " + dir + " x":           `has no cursor "x"`,
		"requeue " + dir + " handler 0":   `invalid number of an entry "0"`,
		"requeue " + dir + " handler 77":  "has not set aside entry 77",
		"drop " + dir + " x":              `has no cursor "x"`,
		"drop " + other + " x":            "is not the directory of a spool",
		"drop " + other + "/used handler": other + "/used is in use",
	} {
		_, stderr, code := runHere(append([]string{"spool"}, strings.Fields(args)...)...)
		if code != 2 || !strings.Contains(stderr, want) || strings.Count(stderr, "\n") != 2 {
			t.Errorf("%s: exit code %d, %s", args, code, stderr)
		}
	}
	if left, _ := os.ReadDir(other); len(left) != 2 {
		t.Errorf("left %v", left)
	}
}
