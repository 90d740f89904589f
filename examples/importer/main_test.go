package main

import (
	"bytes"
	"compress/gzip"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// bin is the folder with importer and mailserver, built once for the tests.
var bin string

func TestMain(m *testing.M) { os.Exit(withPrograms(m)) }

func withPrograms(m *testing.M) int {
	dir, err := os.MkdirTemp("", "logbook-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	if out, err := exec.Command("go", "build", "-o", dir, ".", "../mailserver").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "go build: %v\n%s", err, out)
		return 1
	}
	bin = dir
	return m.Run()
}

// execute runs a program in a folder.
func execute(t *testing.T, dir, program string, args ...string) (stdout, stderr string, code int) {
	var out, errs bytes.Buffer
	c := exec.CommandContext(t.Context(), program, args...)
	c.Dir, c.Stdout, c.Stderr = dir, &out, &errs
	c.Env = append(os.Environ(), "NO_COLOR=1")
	err := c.Run()
	if e := (*exec.ExitError)(nil); errors.As(err, &e) {
		code = e.ExitCode()
	} else if err != nil {
		t.Fatal(err)
	}
	return out.String(), errs.String(), code
}

func write(t *testing.T, path, text string) {
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) string {
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var r io.Reader = f
	if strings.HasSuffix(path, ".gz") {
		if r, err = gzip.NewReader(f); err != nil {
			t.Fatal(err)
		}
	}
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func contains(t *testing.T, what, text string, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(text, w) {
			t.Errorf("no %q in %s:\n%s", w, what, text)
		}
	}
}

func TestImporter(t *testing.T) {
	dir := t.TempDir()
	importer, mailserver := filepath.Join(bin, "importer"), filepath.Join(bin, "mailserver")
	var lines strings.Builder
	for range 1000 {
		fmt.Fprintln(&lines, `{"level":"INFO","channel":"shop"}`)
	}
	write(t, filepath.Join(dir, "good.json"), lines.String())
	write(t, filepath.Join(dir, "cut.json"), lines.String()[:34*20-5])

	stdout, stderr, code := execute(t, dir, mailserver, importer, "-dir", "log", "good.json", "cut.json", "missing.json")
	if code != 1 {
		t.Errorf("exit code %d", code)
	}
	contains(t, "stderr", stderr, "imported 1000 lines", "cannot import cut.json", "cannot import missing.json", "2 of 3 files could not be imported")
	if strings.Contains(stderr, "DEBUG") {
		t.Errorf("debug records on the console:\n%s", stderr)
	}

	// Each failure is one mail over TLS, with the records before it.
	mails := strings.Split(stdout, "mail from ")[1:]
	if len(mails) != 2 {
		t.Fatalf("%d mails, want 2:\n%s", len(mails), stdout)
	}
	contains(t, "the first mail", mails[0], "importer@example.com to oncall@example.com, over TLS 1.3",
		"Subject: import of cut.json failed", "cannot import cut.json", "line 20: unexpected end of JSON input", "line 19: INFO of shop", "records dropped")
	contains(t, "the second mail", mails[1], "Subject: import of missing.json failed", "opening missing.json", "fs.PathError")
	problems := read(t, filepath.Join(dir, "log", "problems.log"))
	contains(t, "problems.log", problems, "line 19: INFO of shop", "cannot import cut.json", "opening missing.json")
	if strings.Contains(problems, "good.json") {
		t.Errorf("problems.log has records of a file without problems:\n%s", problems)
	}

	// The rotated files have all records from that of the oldest kept file on.
	var all strings.Builder
	for _, name := range []string{"import.log.3.gz", "import.log.2.gz", "import.log.1.gz", "import.log"} {
		text := read(t, filepath.Join(dir, "log", name))
		if len(text) >= 16<<10 {
			t.Errorf("%s: %d bytes", name, len(text))
		}
		all.WriteString(text)
	}
	for n := 500; n <= 1000; n++ {
		contains(t, "import.log", all.String(), fmt.Sprintf(": line %d: INFO of shop job=good.json", n))
	}
	if names, _ := filepath.Glob(filepath.Join(dir, "log", "import.log*")); len(names) != 4 {
		t.Errorf("files %q", names)
	}

	// An import without problems sends no mail.
	stdout, _, code = execute(t, dir, mailserver, importer, "-dir", "good", "good.json")
	if problems := read(t, filepath.Join(dir, "good", "problems.log")); stdout != "" || problems != "" || code != 0 {
		t.Errorf("exit code %d, mails %q, problems %q", code, stdout, problems)
	}

	// A server with an untrusted certificate gets no mail.
	other := httptest.NewTLSServer(nil)
	defer other.Close()
	write(t, filepath.Join(dir, "other.pem"), string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: other.Certificate().Raw})))
	stdout, stderr, code = execute(t, dir, mailserver, importer, "-dir", "log", "-ca", "other.pem", "cut.json")
	if stdout != "" || code != 1 {
		t.Errorf("exit code %d, mails %q", code, stdout)
	}
	contains(t, "stderr", stderr, "failed to verify certificate")
}

func TestErrors(t *testing.T) {
	importer := filepath.Join(bin, "importer")
	dir := t.TempDir()
	write(t, filepath.Join(dir, "file"), "")
	for _, tt := range []struct {
		args []string
		code int
		want string
	}{
		{nil, 2, "which files?"},
		{[]string{"-dir", "file", "x"}, 1, "not a directory"},
		{[]string{"-mail", "127.0.0.1:1", "-ca", "file", "x"}, 1, "file: no certificates found"},
		{[]string{"-mail", "127.0.0.1:1", "-ca", "missing", "x"}, 1, "open missing"},
		{[]string{"-mail", "a b", "x"}, 1, "Server"},
		{[]string{"file"}, 0, "imported 0 lines"},
	} {
		stdout, stderr, code := execute(t, dir, importer, tt.args...)
		if stdout != "" || code != tt.code || !strings.Contains(stderr, tt.want) {
			t.Errorf("%q: exit code %d, %q, %q", tt.args, code, stdout, stderr)
		}
	}
}
