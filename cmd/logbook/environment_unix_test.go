//go:build unix

package main

import (
	"bytes"
	"encoding/pem"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/config"
)

// named has the variables whose names are constants or parameters in the code.
var named = map[string]string{"EnvLevels": config.EnvLevels, "variable": "FORCE_COLOR", "pipeVariable": "LOGBOOK_PIPE"}

// unlisted are variables that no user needs: logbook is never the child that package queues
// starts, and the command man is hidden.
var unlisted = []string{"LOGBOOK_PIPE", "SOURCE_DATE_EPOCH"}

// The help page has all variables that the code of this module reads, and the code of the
// program, with its dependencies and the standard library, mentions all that the page has.
func TestEnvironmentIsComplete(t *testing.T) {
	listed := make(map[string]bool)
	for _, group := range variables {
		for _, r := range group.rows {
			for name := range strings.SplitSeq(r[0], ", ") {
				if name != "..." {
					listed[name] = true
				}
			}
		}
	}
	cmd := exec.Command("go", "list", "-deps", "-f", `{{$d := .Dir}}{{range .GoFiles}}{{$d}}/{{.}}{{"\n"}}{{end}}`, ".")
	cmd.Stderr = os.Stderr
	files, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	module, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	read := regexp.MustCompile(`(?:os\.(?:Getenv|LookupEnv)|isForced)\((?:"(\w+)"|(\w+))\)`)
	comment := regexp.MustCompile(`(?m)^\s*//.*`)
	mentioned := make(map[string]bool)
	for file := range strings.FieldsSeq(string(files)) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for name := range listed {
			if bytes.Contains(text, []byte(`"`+name+`"`)) {
				mentioned[name] = true
			}
		}
		if !strings.HasPrefix(file, filepath.ToSlash(module)+"/") && !strings.HasPrefix(file, module+"/") {
			continue
		}
		text = comment.ReplaceAll(text, nil)
		for _, m := range read.FindAllSubmatch(text, -1) {
			name := string(m[1])
			if name == "" {
				if name = named[string(m[2])]; name == "" {
					t.Errorf("%s: unknown %s", file, m[0])
				}
			}
			if !listed[name] && !slices.Contains(unlisted, name) {
				t.Errorf("%s reads %s, which the help page lacks", file, name)
			}
		}
	}
	for name := range listed {
		if !mentioned[name] && name != "PATH" && name != "HOME" { // their names depend on the system
			t.Errorf("nothing reads %s", name)
		}
	}
}

func TestEnvironment(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	tool := filepath.Join(dir, "sink-of-the-test")
	file(filepath.Base(tool), "#!/bin/sh\ncat > "+filepath.Join(dir, "tool.out")+"\n", 0o755)
	const line = "Feb  3 04:05:06 host app: m\n"

	for _, tt := range []struct {
		name string
		env  []string
		args []string
		want string // on standard output, or in the file of that name
		file string
	}{
		{"no colors", nil, []string{"pipe", "--to", "console:-"}, "INFO", ""},
		{"forced colors", []string{"FORCE_COLOR=1"}, []string{"pipe", "--to", "console:-"}, "\x1b[", ""},
		{"colors forced by its other name", []string{"CLICOLOR_FORCE=1", "CLICOLOR=0"}, []string{"pipe", "--to", "console:-"}, "\x1b[", ""},
		{"zone", []string{"TZ=Asia/Tokyo"}, []string{"pipe", "--to", "json:-"}, "T04:05:06.000000+09:00", ""},
		{"path", []string{"PATH=" + dir + ":/usr/bin:/bin"}, []string{"pipe", "--to", "exec:" + filepath.Base(tool) + "?format=text"}, "m", "tool.out"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := withEnvironment(t, tt.env, line, tt.args...)
			if tt.file != "" {
				text, err := os.ReadFile(filepath.Join(dir, tt.file))
				if err != nil {
					t.Fatal(err)
				}
				got = string(text)
			}
			if !strings.Contains(got, tt.want) {
				t.Errorf("got %q", got)
			}
		})
	}

	if got := withEnvironment(t, []string{"NO_COLOR=1", "FORCE_COLOR=1"}, line, "pipe", "--to", "console:-"); strings.Contains(got, "\x1b") {
		t.Errorf("with NO_COLOR: %q", got)
	}

	// A receiver by way of a proxy, and one whose certificate the system does not know.
	seen := make(chan string, 10)
	receiver := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen <- r.Host })
	proxy := httptest.NewServer(receiver)
	defer proxy.Close()
	withEnvironment(t, []string{"HTTP_PROXY=" + proxy.URL}, "", "send", "m", "--to", "otlp://collector.invalid:4318?insecure=true")
	if got := <-seen; got != "collector.invalid:4318" {
		t.Errorf("HTTP_PROXY: a request to %s", got)
	}
	secure := httptest.NewTLSServer(receiver)
	defer secure.Close()
	certificate := file("ca.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: secure.Certificate().Raw})), 0o600)
	address := strings.TrimPrefix(secure.URL, "https://")
	withEnvironment(t, []string{"SSL_CERT_FILE=" + certificate}, "", "send", "m", "--to", "otlps://"+address)
	if got := <-seen; got != address {
		t.Errorf("SSL_CERT_FILE: a request to %s", got)
	}
	withEnvironment(t, []string{"HOME=" + dir}, "", "send", "m", "--to", "otlps://"+address+"?ca=~/ca.pem")
	if got := <-seen; got != address {
		t.Errorf("HOME: a request to %s", got)
	}

	// The levels of a collector's configuration, read when it starts.
	path := file("collector.ini", "[StderrHandler]\nlevel = INFO\n", 0o600)
	cmd := command(t, "collect", "--config", path)
	cmd.Env = append(cmd.Env, "LOGBOOK=app:loud")
	if out, err := cmd.CombinedOutput(); exitOf(t, err) != exitUsage || !strings.Contains(string(out), "app:loud") {
		t.Errorf("LOGBOOK: %v, %s", err, out)
	}

	// A PostgreSQL server hears the name from the environment.
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	startup := make(chan string, 10)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			b := make([]byte, 512)
			n, _ := c.Read(b)
			select {
			case startup <- string(b[:n]):
			default:
			}
			c.Close()
		}
	}()
	cmd = command(t, "tickets", "list", "--db", "postgres://"+l.Addr().String()+"/app")
	cmd.Env = append(cmd.Env, "PGUSER=ann", "PGSSLMODE=disable")
	cmd.Stdout, cmd.Stderr = io.Discard, io.Discard
	_ = cmd.Run()
	if got := <-startup; !strings.Contains(got, "user\x00ann\x00") {
		t.Errorf("PGUSER: %q", got)
	}
}

// withEnvironment runs the program with further variables and returns its standard output.
func withEnvironment(t *testing.T, env []string, stdin string, args ...string) string {
	t.Helper()
	cmd := command(t, args...)
	cmd.Env = append(cmd.Env, env...)
	cmd.Stdin = strings.NewReader(stdin)
	out, err := cmd.Output()
	if err != nil {
		t.Errorf("%s %s: %v", env, args, err)
	}
	return string(out)
}
