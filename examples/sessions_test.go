//go:build unix

package examples_test

import (
	"bytes"
	"context"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// most is how many blocks of commands the pages may mark as not run.
const most = 4

// TestSessions follows the pages as a reader would. Each page has a new folder. Its blocks are
// taken in order: a Go program becomes main.go, the commands of the languages sh and console are
// run, and what a console shows is compared with what they print. A line "..." stands for any
// number of lines. Times, durations, ids, ports and folders may differ.
//
// These words may follow the language of a block:
//
//	app.ini  (any name with a dot) the block is this file
//	clone    the commands are run in a clone of the repository
//	service  the last command runs until the next service or the end of the page, and then ends
//	         well on SIGTERM
//	integration  the commands are run with the build tag of this name alone, since they need the
//	         packages of make deps
//	no-run   the commands are not run, since they change the system, need a container engine, or
//	         take too long
//
// The module cache is empty at first. Logbook comes from a proxy that has this tree as a version;
// other modules come from the cache of whoever runs the test, or from their proxy. With -v the test
// prints the commands and their output.
func TestSessions(t *testing.T) {
	s := newSetup(t)
	skipped := 0
	for _, page := range pages(t) {
		t.Run(page, func(t *testing.T) {
			p := s.page(t, page)
			defer p.stop(t)
			for _, b := range blocks(t, page) {
				switch {
				case slices.Contains(b.words, "no-run"):
					skipped++
					continue
				case slices.Contains(b.words, "integration") && !integration:
					continue
				}
				b.text = p.place(t, b.text)
				switch name := p.file(b); {
				case name != "":
					write(t, filepath.Dir(name), filepath.Base(name), b.text)
				case b.language == "sh":
					p.script(t, b)
				case b.language == "console":
					p.console(t, b)
				}
			}
			p.checkFlags(t)
		})
	}
	if skipped > most {
		t.Errorf("%d blocks of commands are not run, want %d at most", skipped, most)
	}
}

// A setup is what the pages share.
type setup struct {
	dir   string
	env   []string
	clone string // a copy of the tree, as far as the commands of the pages need it
}

// parts are the folders that the program logbook is made of.
var parts = []string{"logbook", "handlers", "compat", "config", "queues", "ticketing", "database", "daemon", "redact", "logline", "internal", "cmd/logbook"}

func newSetup(t *testing.T) *setup {
	dir, err := os.MkdirTemp("", "lb") // short enough for sockets
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	proxy := filepath.Join(dir, "proxy")
	serve(t, proxy, module, "v0.0.1", root, append([]string{"go.mod"}, parts...)...)
	vet := os.DirFS(filepath.Join(root, "cmd", "logbookvet"))
	files, err := fs.Glob(vet, "*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	serve(t, proxy, module+"/cmd/logbookvet", "v0.0.1", filepath.Join(root, "cmd", "logbookvet"), append(files, "go.mod", "main.go")...)

	goEnv := func(name string) string {
		out, err := exec.CommandContext(t.Context(), "go", "env", name).Output()
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(string(out))
	}
	proxies := "file://" + proxy + ",file://" + goEnv("GOMODCACHE") + "/cache/download," + goEnv("GOPROXY")
	s := &setup{dir: dir, clone: filepath.Join(dir, "clone"), env: append(os.Environ(),
		"GOCACHE="+goEnv("GOCACHE"), "HOME="+dir, "GOPATH="+filepath.Join(dir, "go"), "GOMODCACHE=", "GOBIN="+filepath.Join(dir, "bin"),
		"GOPROXY="+proxies, "GOSUMDB=off", "GOPRIVATE=", "GONOPROXY=", "GOTOOLCHAIN=local", "GOWORK=off",
		// Packages that are built with -trimpath and without cgo are in the build cache the next time.
		"CGO_ENABLED=0", "GOFLAGS=-modcacherw -trimpath -buildvcs=false -benchtime=1x",
		"DESTDIR="+filepath.Join(dir, "installed"), "SOURCE_DATE_EPOCH=1700000000",
		"PATH=bin:"+filepath.Join(dir, "bin")+":"+os.Getenv("PATH"), "NO_COLOR=", "TERM=dumb",
	)}
	names := strings.Join(append([]string{"go.mod", "go.sum", "Makefile", "LICENSE", "CHANGELOG.md", "deploy", "examples", "scripts"}, parts...), " ")
	if out, err := s.command(t.Context(), root, "mkdir "+s.clone+"; cp -r --parents "+names+" "+s.clone).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return s
}

func (s *setup) command(ctx context.Context, dir, script string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "bash", "-euo", "pipefail", "-c", script)
	cmd.Dir, cmd.Env = dir, s.env
	return cmd
}

// A session is the state of a page.
type session struct {
	*setup
	page     string
	dir      string
	ports    map[string]string // a free one for each that the page names
	database string            // the URL of a database in place of the one that the page names
	service  *service          // the one that runs, or nil
}

// page makes the folder of a page: an empty one for the README, which installs logbook; for others,
// one with a program and the files that their commands read.
func (s *setup) page(t *testing.T, page string) *session {
	p := &session{setup: s, page: page, dir: filepath.Join(s.dir, strings.TrimPrefix(page, "../")), ports: make(map[string]string)}
	if page != "../README.md" {
		if err := os.CopyFS(p.dir, os.DirFS(filepath.Join("testdata", "pages"))); err != nil {
			t.Fatal(err)
		}
		install := "test -x " + filepath.Join(s.dir, "bin", "logbook") + " || go install " + module + "/cmd/logbook@latest"
		if out, err := s.command(t.Context(), s.dir, install).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	for _, folder := range []string{"var/log", "var/lib/logbook"} {
		if err := os.MkdirAll(filepath.Join(p.dir, folder), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

// file returns the path of the file that a block becomes, or "".
func (p *session) file(b block) string {
	name := ""
	for _, w := range b.words {
		if strings.Contains(w, ".") {
			name = systemPath.ReplaceAllString(w, "${1}"+p.dir+"/$2/")
		}
	}
	if b.language == "go" && strings.HasPrefix(b.text, "package main\n") {
		name = "main.go"
	}
	if name == "" || filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(p.dir, name)
}

var (
	systemPath = regexp.MustCompile(`(^|[\s'"=:])/(var|etc)/`)
	port       = regexp.MustCompile(`(127\.0\.0\.1|0\.0\.0\.0|localhost|--addr )(:\d{4,5})\b`)
	benchTime  = regexp.MustCompile(` -benchtime \S+`)
)

// database is the URL that pages have of a database.
const database = "postgres://lab@db.example.com/tickets?sslmode=verify-full"

// place moves the paths, ports and databases that a text names to free ones, and makes benchmarks
// run once.
func (p *session) place(t *testing.T, text string) string {
	text = systemPath.ReplaceAllString(text, "${1}"+p.dir+"/$2/")
	text = benchTime.ReplaceAllString(text, "")
	if strings.Contains(text, database) {
		if p.database == "" {
			p.database = newDatabase(t)
		}
		text = strings.ReplaceAll(text, database, p.database)
	}
	if !strings.Contains(text, "--addr") {
		text = strings.ReplaceAll(text, "logbook web --db", "logbook web --addr 127.0.0.1:0 --db")
	}
	return port.ReplaceAllStringFunc(text, func(address string) string {
		at := strings.LastIndex(address, ":")
		number := address[at:]
		if p.ports[number] == "" {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				return address
			}
			defer l.Close()
			_, free, _ := net.SplitHostPort(l.Addr().String())
			p.ports[number] = ":" + free
		}
		return address[:at] + p.ports[number]
	})
}

// where returns the folder in which a block is run.
func (p *session) where(b block) string {
	if !slices.Contains(b.words, "clone") {
		return p.dir
	}
	return p.clone
}

// script runs a block of commands.
func (p *session) script(t *testing.T, b block) {
	commands, service := b.text, ""
	if slices.Contains(b.words, "service") {
		all := split(b.text)
		commands, service = strings.Join(all[:len(all)-1], "\n"), all[len(all)-1]
	}
	out, err := p.command(t.Context(), p.where(b), commands).CombinedOutput()
	if err != nil {
		t.Fatalf("%s:%d: %v\n%s", p.page, b.line, err, out)
	}
	t.Logf("%s\n%s", commands, out)
	if service != "" {
		p.start(t, b, service)
	}
}

// split returns the commands of a block, one a line, or more with a backslash at the end.
func split(text string) (commands []string) {
	for c := range strings.SplitSeq(strings.TrimSpace(strings.ReplaceAll(text, "\\\n", "\\\x00")), "\n") {
		commands = append(commands, strings.ReplaceAll(c, "\x00", "\n"))
	}
	return commands
}

// console runs the commands of a block, and compares what each prints.
func (p *session) console(t *testing.T, b block) {
	for part := range strings.SplitSeq("\n"+b.text, "\n$ ") {
		lines := split(part)
		command, want := lines[0], strings.Join(lines[1:], "\n")
		if command == "" {
			continue
		}
		if strings.HasPrefix(command, "go ") && p.page != "../README.md" && p.where(b) == p.dir {
			if out, err := p.command(t.Context(), p.dir, "go get .").CombinedOutput(); err != nil {
				t.Fatalf("%s:%d: go get: %v\n%s", p.page, b.line, err, out)
			}
		}
		for begin := time.Now(); ; {
			out, err := p.command(t.Context(), p.where(b), command).CombinedOutput()
			if err != nil {
				t.Fatalf("%s:%d: %s: %v\n%s", p.page, b.line, command, err, out)
			}
			if same(p.mask(string(out)), p.mask(want)) {
				t.Logf("$ %s\n%s", command, out)
				break
			}
			if p.service == nil || time.Since(begin) > time.Minute { // a service writes a bit later
				t.Errorf("%s:%d: %s prints\n%s\nwant\n%s\n\nmasked\n%s", p.page, b.line, command, out, want, p.mask(string(out)))
				break
			}
		}
	}
}

var (
	mention = regexp.MustCompile(`\blogbook((?: [a-z]+)+)[^` + "`" + `\n]* --[^` + "`" + `\n]*`)
	flags   = regexp.MustCompile(` (--[a-z][a-z-]*)`)
)

// checkFlags checks that the commands of logbook have the flags with which the page mentions them,
// also those of blocks that are not run.
func (p *session) checkFlags(t *testing.T) {
	text, err := os.ReadFile(p.page)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range mention.FindAllStringSubmatch(strings.ReplaceAll(string(text), "\\\n", ""), -1) {
		help, err := p.command(t.Context(), p.dir, "logbook"+m[1]+" --help").CombinedOutput()
		if err != nil {
			t.Errorf("%s: %s: %v", p.page, m[0], err)
		}
		for _, flag := range flags.FindAllStringSubmatch(m[0], -1) {
			if !bytes.Contains(help, []byte(" "+flag[1]+" ")) {
				t.Errorf("%s: %s: there is no %s", p.page, m[0], flag[1])
			}
		}
	}
}

// A service is a command that runs.
type service struct {
	*exec.Cmd
	ended chan error // of the command

	mu     sync.Mutex
	output bytes.Buffer
	prints chan struct{} // closed when there is output
}

// start starts a service in place of the one that runs, and waits until it is ready: a collector
// reports that as it does to systemd, and others print a line.
func (p *session) start(t *testing.T, b block, command string) {
	p.stop(t)
	socket := filepath.Join(p.setup.dir, "notify")
	notify, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: socket, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer os.Remove(socket)
	defer notify.Close()
	ready := make(chan struct{})
	go func() {
		if _, err := notify.Read(make([]byte, 100)); err == nil {
			close(ready)
		}
	}()
	s := &service{Cmd: p.command(context.Background(), p.where(b), "exec "+command), ended: make(chan error, 1), prints: make(chan struct{})}
	s.Stdout, s.Stderr = s, s
	s.Env = append(s.Env, "NOTIFY_SOCKET="+socket)
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { s.ended <- s.Wait() }()
	p.service = s
	t.Log(command, "&")
	prints := s.prints
	if strings.Contains(command, "collect") {
		prints = nil
	}
	select {
	case <-ready:
	case <-prints:
	case err := <-s.ended:
		p.service = nil
		t.Fatalf("%s:%d: %s ends at once: %v\n%s", p.page, b.line, command, err, s)
	case <-time.After(time.Minute):
		t.Fatalf("%s:%d: %s is not ready\n%s", p.page, b.line, command, s)
	}
}

// stop ends the service, if one runs.
func (p *session) stop(t *testing.T) {
	if p.service == nil {
		return
	}
	if err := p.service.Process.Signal(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
	const terminated = 128 + int(syscall.SIGTERM) // the exit code of a program that goes on until it is stopped
	if err := <-p.service.ended; err != nil && p.service.ProcessState.ExitCode() != terminated {
		t.Errorf("%s: %q: %v\n%s", p.page, p.service.Args, err, p.service)
	}
	p.service = nil
}

// Write keeps the output.
func (s *service) Write(text []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.output.Len() == 0 {
		close(s.prints)
	}
	return s.output.Write(text)
}

func (s *service) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.output.String()
}

// different are the parts of outputs that differ from run to run.
var different = []struct {
	what *regexp.Regexp
	with string
}{
	{regexp.MustCompile(`\d{4}-\d\d-\d\d`), "DATE"},
	{regexp.MustCompile(`\d\d:\d\d:\d\d([.,]\d+)?(Z|[+-]\d\d:?\d\d)?`), "TIME"},
	{regexp.MustCompile(`\b\d+(\.\d+)?(ns|µs|ms|s|m|h|d)\b`), "DURATION"},
	{regexp.MustCompile(`\b[A-Z2-7]{26}\b`), "ID"},
	{regexp.MustCompile(`\b[0-9a-f]{40}\b`), "HASH"},
	{regexp.MustCompile(`[\w./@-]*/([\w-]+\.go)\b`), "$1"},
	{regexp.MustCompile(`\b(127\.0\.0\.1|localhost|192\.0\.2\.1):\d+`), "$1:PORT"},
	{regexp.MustCompile(`[·▁▂▃▄▅▆▇█]{3,}( \d+)?`), "CHART"},
	{regexp.MustCompile(`[ \t]+`), " "},
	{regexp.MustCompile(`(?m) +$`), ""},
}

func (p *session) mask(s string) string {
	s = strings.ReplaceAll(s, p.dir, "")
	for _, d := range different {
		s = d.what.ReplaceAllString(s, d.with)
	}
	return strings.TrimSpace(s)
}

// same reports whether got is want, in which a line "..." stands for any number of lines.
func same(got, want string) bool {
	pattern := "^"
	for line := range strings.SplitSeq(want, "\n") {
		if line == "..." {
			pattern += "(.*\n)*"
		} else {
			pattern += regexp.QuoteMeta(line) + "\n"
		}
	}
	return regexp.MustCompile(pattern + "$").MatchString(got + "\n")
}
