//go:build unix

package examples_test

import (
	"bytes"
	"context"
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
const most = 20

// TestSessions follows the pages as a reader would. Each page has a new folder. Its blocks are
// taken in order: a Go program becomes main.go, the commands of the languages sh and console are
// run, and what a console shows is compared with what they print. A line "..." stands for any
// number of lines. Times, durations, ids, ports and folders may differ.
//
// These words may follow the language of a block:
//
//	app.ini  (any name with a dot) the block is this file
//	clone    the commands are run in a clone of the repository
//	service  the last command runs until the end of the page, and then ends well on SIGTERM
//	no-run   the commands are not run, since they need more than a test has
//
// The module cache is empty at first. Logbook comes from a proxy that has this tree as a version;
// other modules come from the cache of whoever runs the test, or from their proxy.
func TestSessions(t *testing.T) {
	s := newSetup(t)
	skipped := 0
	for _, page := range pages(t)[:1] {
		t.Run(filepath.Base(page), func(t *testing.T) {
			p := s.page(t, page)
			for _, b := range blocks(t, page) {
				b.text = p.place(b.text)
				switch name := p.file(b); {
				case slices.Contains(b.words, "no-run"):
					skipped++
				case name != "":
					write(t, filepath.Join(p.dir, filepath.Dir(name)), filepath.Base(name), b.text)
				case b.language == "sh":
					p.script(t, b)
				case b.language == "console":
					p.console(t, b)
				}
			}
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
	serve(t, proxy, module+"/cmd/logbookvet", "v0.0.1", filepath.Join(root, "cmd", "logbookvet"), "go.mod", "main.go", "analyzer", "golangci")

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
		"CGO_ENABLED=0", "GOFLAGS=-modcacherw -trimpath -buildvcs=false",
		"PATH="+filepath.Join(dir, "bin")+":"+os.Getenv("PATH"), "NO_COLOR=", "TERM=dumb", "NOTIFY_SOCKET="+filepath.Join(dir, "notify"),
	)}
	names := strings.Join(append([]string{"go.mod", "go.sum", "examples"}, parts...), " ")
	if out, err := s.command(t.Context(), root, "mkdir "+s.clone+"; cp -r --parents "+names+" "+s.clone).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if out, err := s.command(t.Context(), dir, "go install "+module+"/cmd/logbook@latest").CombinedOutput(); err != nil {
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
	services int
	ports    map[string]string // a free one for each that the page names
}

func (s *setup) page(t *testing.T, page string) *session {
	name := strings.TrimSuffix(filepath.Base(page), ".md")
	p := &session{setup: s, page: page, dir: filepath.Join(s.dir, name), ports: make(map[string]string)}
	if err := os.CopyFS(p.dir, os.DirFS(filepath.Join("testdata", "pages"))); err != nil {
		t.Fatal(err)
	}
	return p
}

// file returns the name of the file that a block becomes, or "".
func (p *session) file(b block) string {
	for _, w := range b.words {
		if strings.Contains(w, ".") {
			return p.place(w)
		}
	}
	if b.language == "go" && strings.HasPrefix(b.text, "package main\n") {
		return "main.go"
	}
	return ""
}

var (
	systemPath = regexp.MustCompile(`(^|[\s'"=:])/(var|etc|srv)/`)
	localPort  = regexp.MustCompile(`\b(127\.0\.0\.1|localhost):(\d{4,5})\b`)
)

// place moves the paths and ports that a text names to free ones.
func (p *session) place(text string) string {
	text = systemPath.ReplaceAllString(text, "${1}"+p.dir+"/$2/")
	return localPort.ReplaceAllStringFunc(text, func(address string) string {
		host, port, _ := strings.Cut(address, ":")
		if p.ports[port] == "" {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				return address
			}
			defer l.Close()
			_, p.ports[port], _ = net.SplitHostPort(l.Addr().String())
		}
		return host + ":" + p.ports[port]
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
	if out, err := p.command(t.Context(), p.where(b), commands).CombinedOutput(); err != nil {
		t.Fatalf("%s:%d: %v\n%s", p.page, b.line, err, out)
	}
	if service != "" {
		p.serve(t, b, service)
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
		for begin := time.Now(); ; {
			out, err := p.command(t.Context(), p.where(b), command).CombinedOutput()
			if err != nil {
				t.Fatalf("%s:%d: %s: %v\n%s", p.page, b.line, command, err, out)
			}
			if same(p.mask(string(out)), p.mask(want)) {
				break
			}
			if p.services == 0 || time.Since(begin) > time.Minute { // a service writes a bit later
				t.Errorf("%s:%d: %s prints\n%s\nwant\n%s\n\nmasked\n%s", p.page, b.line, command, out, want, p.mask(string(out)))
				break
			}
		}
	}
}

// serve starts a service, and waits until it says that it is ready.
func (p *session) serve(t *testing.T, b block, command string) {
	notify, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: filepath.Join(p.setup.dir, "notify"), Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer notify.Close()
	defer os.Remove(filepath.Join(p.setup.dir, "notify"))
	ready := make(chan string, 1)
	go func() {
		text := make([]byte, 100)
		if n, err := notify.Read(text); err == nil {
			ready <- string(text[:n])
		}
	}()
	output := &output{serving: make(chan struct{})}
	cmd := p.command(context.Background(), p.where(b), "exec "+command)
	cmd.Stdout, cmd.Stderr = output, output
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		if err := <-ended; err != nil {
			t.Errorf("%s:%d: %s: %v\n%s", p.page, b.line, command, err, output)
		}
	})
	p.services++
	select {
	case <-ready:
	case <-output.serving:
	case err := <-ended:
		ended <- err
		t.Fatalf("%s:%d: %s: ends at once", p.page, b.line, command)
	case <-time.After(time.Minute):
		t.Fatalf("%s:%d: %s is not ready\n%s", p.page, b.line, command, output)
	}
}

// An output collects what a service prints, and reports that it serves a page.
type output struct {
	mu      sync.Mutex
	text    bytes.Buffer
	serving chan struct{} // closed when it does
	once    sync.Once
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.text.Write(p)
	if bytes.Contains(o.text.Bytes(), []byte("serving http")) {
		o.once.Do(func() { close(o.serving) })
	}
	return len(p), nil
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// different are the parts of outputs that differ from run to run.
var different = []struct {
	what *regexp.Regexp
	with string
}{
	{regexp.MustCompile(`\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)?`), "TIME"},
	{regexp.MustCompile(`\d\d:\d\d:\d\d([.,]\d+)?`), "TIME"},
	{regexp.MustCompile(`\b\d+(\.\d+)?(ns|µs|ms|s|m|h|d)\b`), "DURATION"},
	{regexp.MustCompile(`\b[A-Z2-7]{26}\b`), "ID"},
	{regexp.MustCompile(`\b[0-9a-f]{40}\b`), "HASH"},
	{regexp.MustCompile(`[\w.@-]*/[\w./@-]*/([\w-]+\.go)\b`), "$1"},
	{regexp.MustCompile(`\b(127\.0\.0\.1|localhost|192\.0\.2\.1):\d+`), "$1:PORT"},
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
