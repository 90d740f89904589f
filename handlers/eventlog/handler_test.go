package eventlog_test

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/logbook-go/logbook/handlers/eventlog"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logbook/logbooktest"
)

// memoryLog keeps events in memory.
type memoryLog struct {
	mu     sync.Mutex
	events []string // "TYPE id text"
	err    error    // of each call
}

func (l *memoryLog) add(kind string, id uint32, text string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.events = append(l.events, fmt.Sprint(kind, " ", id, " ", text))
	return l.err
}

func (l *memoryLog) Info(id uint32, text string) error    { return l.add("information", id, text) }
func (l *memoryLog) Warning(id uint32, text string) error { return l.add("warning", id, text) }
func (l *memoryLog) Error(id uint32, text string) error   { return l.add("error", id, text) }
func (l *memoryLog) Close() error                         { return l.err }

var short = logbook.MustFormat("{record.message}")

// The types are those of Python's Logbook; TRACE, which it does not have, is information.
func TestTypes(t *testing.T) {
	for level, want := range map[logbook.Level]string{
		logbook.LevelNotSet: "information", logbook.LevelTrace: "information", logbook.LevelDebug: "information",
		logbook.LevelInfo: "information", logbook.LevelSuccess: "information", logbook.LevelNotice: "information",
		logbook.LevelWarn - 1: "information", logbook.LevelWarn: "warning", logbook.LevelError - 1: "warning",
		logbook.LevelError: "error", logbook.LevelCritical: "error", 127: "error",
	} {
		log := new(memoryLog)
		h := eventlog.NewWithLog("app", log, &eventlog.Options{Formatter: short})
		if err := h.Handle(logbook.NewRecord(logbook.RecordData{Level: level, Message: "text"})); err != nil {
			t.Error(err)
		}
		if len(log.events) != 1 || log.events[0] != want+" 1 text" {
			t.Errorf("%v: %q, want %s", level, log.events, want)
		}
	}
}

// The text is that of Python's Logbook.
func TestText(t *testing.T) {
	golden, err := os.ReadFile("testdata/nteventlog_format.txt")
	if err != nil {
		t.Fatal(err)
	}
	log := new(memoryLog)
	h := eventlog.NewWithLog("app", log, nil)
	d := logbook.RecordData{
		Time: time.Date(2024, 2, 29, 13, 37, 42, 0, time.UTC), Level: logbook.LevelWarn, Channel: "app",
		Message: "User alice from 10.0.0.1 took 1.500s ('alice') v",
		Source:  &slog.Source{Function: "common.r02_args_kwargs", File: "/srv/logbook/samples/gen/common.py", Line: 51},
	}
	if err := h.Handle(logbook.NewRecord(d)); err != nil {
		t.Fatal(err)
	}
	// The sample was written as a line.
	if got, want := log.events[0]+"\n", "warning 1 "+string(golden); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	d.Message, d.Attrs, d.Cause = "two\nlines", []slog.Attr{slog.Int("n", 1)}, io.ErrUnexpectedEOF
	if err := h.Handle(logbook.NewRecord(d)); err != nil {
		t.Fatal(err)
	}
	if got, want := log.events[1], "\n\ntwo\nlines n=1\n\n  | *errors.errorString: unexpected EOF"; !strings.HasSuffix(got, want) {
		t.Errorf("got %q, want it to end in %q", got, want)
	}
}

func TestHostileText(t *testing.T) {
	long := strings.Repeat("ä%1\U0001F600", 10000)
	for text, want := range map[string]string{
		"100%":       "100%",
		"%s":         "%s",
		"%1 %%2":     "% 1 %% 2",
		"fe80::1%2":  "fe80::1% 2",
		"a\x00b":     `a\x00b`,
		"ends in %1": "ends in % 1",
	} {
		if got := handled(t, text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
	got := handled(t, long)
	if n := len(utf16.Encode([]rune(got))); n > 31839 || n < 30000 {
		t.Errorf("a long text has %d units", n)
	}
	if !strings.HasSuffix(got, "...(cut)") || strings.Contains(got, "\uFFFD") {
		t.Errorf("a long text ends in %q", got[len(got)-20:])
	}
	exact := strings.Repeat("a", 31000)
	if handled(t, exact) != exact {
		t.Error("a text of the longest length was changed")
	}
	if got := handled(t, exact+"a"); got != exact+"...(cut)" {
		t.Errorf("a text too long by one has %d bytes", len(got))
	}
}

func FuzzText(f *testing.F) {
	f.Add("100%1\x00ä")
	f.Add(strings.Repeat("%1", 31000))
	f.Fuzz(func(t *testing.T, text string) {
		got := handled(t, text)
		if n := len(utf16.Encode([]rune(got))); n > 31839 {
			t.Errorf("%d units", n)
		}
		for i := range len(got) - 1 {
			if got[i] == '%' && got[i+1] >= '0' && got[i+1] <= '9' {
				t.Errorf("%q is a placeholder", got[i:i+2])
			}
		}
		if strings.IndexByte(got, 0) >= 0 {
			t.Error("has a zero byte")
		}
	})
}

// handled returns the text of an event.
func handled(t *testing.T, text string) string {
	t.Helper()
	log := new(memoryLog)
	as := logbook.FormatterFunc(func(*logbook.Record) string { return text })
	if err := eventlog.NewWithLog("app", log, &eventlog.Options{Formatter: as}).Handle(logbook.NewRecord(logbook.RecordData{})); err != nil {
		t.Fatal(err)
	}
	return strings.TrimPrefix(log.events[0], "information 1 ")
}

func TestErrors(t *testing.T) {
	log := &memoryLog{err: io.ErrClosedPipe}
	h := eventlog.NewWithLog("app", log, nil)
	r := logbook.NewRecord(logbook.RecordData{Message: "text"})
	if err := h.Handle(r); !errors.Is(err, io.ErrClosedPipe) || !strings.Contains(err.Error(), `"app"`) {
		t.Errorf("Handle: %v", err)
	}
	if err := h.Close(t.Context()); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("Close: %v", err)
	}
	if err := h.Close(t.Context()); err != nil {
		t.Errorf("second Close: %v", err)
	}
	if err := h.Handle(r); !errors.Is(err, logbook.ErrClosed) {
		t.Errorf("Handle after Close: %v", err)
	}
	if len(log.events) != 1 {
		t.Errorf("events %q", log.events)
	}
	h = eventlog.NewWithLog("app", log, &eventlog.Options{Formatter: broken{}})
	if err := h.Handle(r); !errors.Is(err, io.ErrUnexpectedEOF) || !strings.Contains(err.Error(), `"app"`) {
		t.Errorf("Handle with a failing formatter: %v", err)
	}
}

// broken is a formatter that fails.
type broken struct{}

func (broken) AppendFormat(b []byte, _ *logbook.Record) ([]byte, error) {
	return b, io.ErrUnexpectedEOF
}

func refused(err error) bool {
	var e *logbook.OptionError
	return errors.As(err, &e)
}

func TestNames(t *testing.T) {
	if _, err := eventlog.New(strings.Repeat("ä", 255), nil); refused(err) {
		t.Errorf("a name of 255 characters: %v", err)
	}
	for _, name := range []string{"", `a\b`, "a\x00", "a\nb", strings.Repeat("a", 256), strings.Repeat("ä", 256)} {
		_, err := eventlog.New(name, nil)
		for what, err := range map[string]error{
			"New": err, "Register": eventlog.Register(name, ""), "Unregister": eventlog.Unregister(name, ""),
		} {
			if !refused(err) {
				t.Errorf("%s(%q): %v", what, name, err)
			}
		}
		if name != "" {
			if err := eventlog.Register("app", name); !refused(err) {
				t.Errorf("Register with log %q: %v", name, err)
			}
		}
	}
}

func TestOtherSystems(t *testing.T) {
	_, err := eventlog.New("logbook-test", nil)
	if runtime.GOOS == "windows" {
		if err != nil {
			t.Error(err)
		}
		return
	}
	for what, err := range map[string]error{
		"New": err, "Register": eventlog.Register("app", ""), "Unregister": eventlog.Unregister("app", "Logbook"),
	} {
		if !errors.Is(err, errors.ErrUnsupported) || !strings.HasPrefix(err.Error(), "eventlog: ") {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestBinding(t *testing.T) {
	if eventlog.NewWithLog("app", nil, nil).Binding().NoCaller {
		t.Error("the default format shows the caller, but it is not looked up")
	}
	if !eventlog.NewWithLog("app", nil, &eventlog.Options{Formatter: short}).Binding().NoCaller {
		t.Error("the caller is looked up for a format without it")
	}
}

func TestHandler(t *testing.T) {
	onlyErrors := func(r *logbook.Record) bool { return r.Level() >= logbook.LevelError }
	for name, o := range map[string]*eventlog.Options{
		"default": nil,
		"options": {Level: logbook.LevelInfo, Filter: onlyErrors, Bubble: true, Formatter: logbook.JSON(nil)},
	} {
		t.Run(name, func(t *testing.T) {
			logbooktest.TestHandler(t, func() logbook.Handler { return eventlog.NewWithLog("app", new(memoryLog), o) })
		})
	}
}

func TestCommonOptions(t *testing.T) {
	common, o := reflect.TypeFor[logbook.Options](), reflect.TypeFor[eventlog.Options]()
	for i := range common.NumField() {
		want, got := common.Field(i), o.Field(i)
		if got.Name != want.Name || got.Type != want.Type {
			t.Errorf("field %d is %s %v, want %s %v", i, got.Name, got.Type, want.Name, want.Type)
		}
	}
}
