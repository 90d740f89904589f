package compat_test

import (
	"bytes"
	"io"
	"log"
	"log/slog"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/compat"
	"github.com/logbook-go/logbook/internal/leaktest"
	"github.com/logbook-go/logbook/logbook"
)

func TestRedirectLog(t *testing.T) {
	h := record(t)
	keepDefaults(t)
	log.SetFlags(log.LstdFlags | log.Lshortfile)
	log.SetPrefix("app: ")
	defer compat.RedirectLog(logbook.New("old"), logbook.LevelNotice, nil)()
	log.Print("a {b} %")
	log.Printf("%d lines\nof text", 2)
	log.Println("x", "y")
	_ = log.Output(1, "output")
	log.Default().Print("method")
	log.Print("")
	log.SetPrefix("")
	log.Print("without\n\n")
	equal(t, messages(h.take()), []string{
		"NOTICE old app: a {b} %", "NOTICE old app: 2 lines\nof text", "NOTICE old app: x y",
		"NOTICE old app: output", "NOTICE old app: method", "NOTICE old app: ", "NOTICE old without\n",
	})
}

// With LogOptions.Parse, a line that has a level becomes a record of it, with its fields.
func TestRedirectLogParses(t *testing.T) {
	h := record(t)
	keepDefaults(t)
	log.SetPrefix("app: ")
	defer compat.RedirectLog(logbook.New("old"), logbook.LevelInfo, &compat.LogOptions{Parse: true})()
	log.Print("[ERROR] disk {full}")
	log.Print("WARN: slow")
	log.Print("level=debug msg=\"a b\" n=1 err=EOF")
	log.Print("[ERROR] first\nINFO: second")
	log.Print("plain")
	log.Print("informal")
	log.SetPrefix("")
	log.Print(`{"level":"warn","logger":"db","msg":"m"}`)
	line := here() - 1
	rs := h.take()
	equal(t, messages(rs), []string{
		"ERROR old app: disk {full}", "WARNING old app: slow", "DEBUG old app: a b",
		"ERROR old app: first\nINFO: second", "INFO old app: plain", "INFO old app: informal", "WARNING db m",
	})
	if rs[2].Text("n") != "1" || rs[2].Text("error") != "EOF" || rs[6].Source().Line != line {
		t.Errorf("n=%s error=%s, source %v", rs[2].Text("n"), rs[2].Text("error"), rs[6].Source())
	}
}

// messages returns level, channel and unquoted message of each record.
func messages(rs []*logbook.Record) (out []string) {
	for _, r := range rs {
		out = append(out, r.Level().String()+" "+r.Channel()+" "+r.Message())
	}
	return out
}

// The source of a record is the line of the call, for every function of package log.
func TestRedirectLogSource(t *testing.T) {
	h := record(t)
	keepDefaults(t)
	own := compat.NewLogLogger(nil, logbook.LevelInfo)
	w := compat.NewWriter(nil, logbook.LevelInfo)
	viaWriter := log.New(io.MultiWriter(io.Discard, w), "", 0)
	calls := func(t *testing.T) {
		t.Helper()
		for name, call := range map[string]func() int{
			"Print":           func() int { log.Print("m"); return here() },
			"Printf":          func() int { log.Printf("m"); return here() },
			"Println":         func() int { log.Println("m"); return here() },
			"Output":          func() int { _ = log.Output(1, "m"); return here() },
			"Panic":           func() int { defer func() { _ = recover() }(); log.Panic("m"); return 0 },
			"Logger.Print":    func() int { log.Default().Print("m"); return here() },
			"Logger.Output":   func() int { _ = log.Default().Output(1, "m"); return here() },
			"NewLogLogger":    func() int { own.Printf("m"); return here() },
			"NewWriter":       func() int { _, _ = io.WriteString(w, "m\n"); return here() },
			"log.New":         func() int { viaWriter.Print("m"); return here() },
			"slog by default": func() int { slog.Info("m"); return here() },
		} {
			line := call()
			rs := h.take()
			if len(rs) != 1 {
				t.Errorf("%s: %d records", name, len(rs))
				continue
			}
			if src := rs[0].Source(); !strings.HasSuffix(src.File, "log_test.go") || line != 0 && src.Line != line {
				t.Errorf("%s: source %s, want line %d of this file", name, place(src), line)
			}
		}
	}
	undo := compat.RedirectLog(nil, logbook.LevelInfo, nil)
	calls(t)
	undo()
	defer compat.RedirectSlog(nil)()
	calls(t)
}

// here returns the line of the call.
func here() int {
	_, _, line, _ := runtime.Caller(1)
	return line
}

func TestRedirectLogSkipsDisabledLevel(t *testing.T) {
	b := logTo(t)
	h := &recorder{Options: logbook.Options{Level: logbook.LevelWarn}}
	defer logbook.PushApplication(&logbook.Null{}, h)()
	defer compat.RedirectLog(nil, logbook.LevelInfo, nil)()
	log.Print("below the level")
	if rs := h.take(); len(rs) != 0 || b.Len() != 0 {
		t.Errorf("got %v and %q", rs, b)
	}
}

func TestRedirectLogPanic(t *testing.T) {
	h := record(t)
	keepDefaults(t)
	defer compat.RedirectLog(nil, logbook.LevelCritical, nil)()
	func() {
		defer func() {
			if p := recover(); p != "no 1" {
				t.Errorf("recovered %v", p)
			}
		}()
		log.Panicf("no %d", 1)
	}()
	log.Print("goes on")
	equal(t, h.lines(), []string{`CRITICAL Generic no 1`, "CRITICAL Generic goes on"})
}

// TestMain lets the test binary run as a program that ends with log.Fatal.
func TestMain(m *testing.M) {
	if os.Getenv("COMPAT_TEST_FATAL") != "" {
		_ = compat.RedirectLog(logbook.New("fatal"), logbook.LevelCritical, nil)
		log.Fatalf("the end {%d}", 1)
	}
	leaktest.Main(m)
}

func TestRedirectLogFatal(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), "COMPAT_TEST_FATAL=1")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	err = cmd.Run()
	if exit, ok := err.(*exec.ExitError); !ok || exit.ExitCode() != 1 {
		t.Errorf("the program ended with %v", err)
	}
	if !strings.HasSuffix(stderr.String(), "] CRITICAL: fatal: the end {1}\n") {
		t.Errorf("stderr: %q", stderr.String())
	}
}

func TestNewLogLogger(t *testing.T) {
	h := record(t)
	l := compat.NewLogLogger(logbook.New("http"), logbook.LevelError)
	l.Print("http: panic serving\ngoroutine 7")
	l.SetPrefix("[p] ")
	l.Printf("%s", "x")
	equal(t, messages(h.take()), []string{"ERROR http http: panic serving\ngoroutine 7", "ERROR http [p] x"})
}

func TestToLog(t *testing.T) {
	b := logTo(t)
	log := logbook.New("app")
	for _, test := range []struct {
		o    *logbook.Options
		want string
	}{
		{nil, "WARNING: app: got 1 in ms=2\n"},
		{&logbook.Options{Formatter: logbook.MustFormat("{record.message}!")}, "got 1 in!\n"},
		{&logbook.Options{Level: logbook.LevelError}, ""},
	} {
		b.Reset()
		logbook.InGoroutine(func() { log.Warn("got {n} in", "n", 1, "ms", 2) }, &logbook.Null{}, compat.ToLog(nil, test.o))
		if b.String() != test.want {
			t.Errorf("got %q, want %q", b, test.want)
		}
	}
}

type brokenFormatter struct{}

func (brokenFormatter) AppendFormat(b []byte, _ *logbook.Record) ([]byte, error) {
	return b, io.ErrNoProgress
}

func TestToLogErrors(t *testing.T) {
	e := watchErrors(t)
	r, w := io.Pipe()
	_ = r.CloseWithError(io.ErrUnexpectedEOF)
	logbook.InGoroutine(func() { logbook.Info("m") }, compat.ToLog(log.New(w, "", 0), nil))
	logbook.InGoroutine(func() { logbook.Info("m") }, compat.ToLog(nil, &logbook.Options{Formatter: brokenFormatter{}}))
	list := e.take()
	if len(list) != 2 || list[0].Err != io.ErrUnexpectedEOF || list[1].Err != io.ErrNoProgress {
		t.Errorf("reported: %v", list)
	}
}

// If log shows the file, it is that of the logging call.
func TestToLogSource(t *testing.T) {
	b := logTo(t)
	log.SetFlags(log.Lshortfile | log.Lmsgprefix)
	h := &recorder{}
	defer logbook.PushApplication(compat.ToLog(nil, nil))()
	line := func() int { logbook.Info("m"); return here() }()
	if want := "log_test.go:" + strconv.Itoa(line) + ": INFO: Generic: m\n"; b.String() != want {
		t.Errorf("got %q, want %q", b, want)
	}
	b.Reset()
	logbook.InGoroutine(func() { logbook.Info("m") }, h)
	done := make(chan error)
	go func() { done <- compat.ToLog(nil, nil).Handle(h.take()[0]) }()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if want := "???:0: INFO: Generic: m\n"; b.String() != want {
		t.Errorf("got %q, want %q", b, want)
	}
}
