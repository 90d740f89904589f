package socket

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/internal/words"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logbook/logbooktest"
)

// accept calls serve with each connection, one after the other, until the test ends. It
// returns the address for a handler.
func accept(t testing.TB, serve func(net.Conn)) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	t.Cleanup(func() {
		_ = l.Close()
		<-done
	})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			serve(c)
			_ = c.Close()
		}
	}()
	return "tcp://" + l.Addr().String()
}

// readFrames sends the frames of a connection to the channel.
func readFrames(frames chan<- []byte) func(net.Conn) {
	return func(c net.Conn) {
		r := bufio.NewReader(c)
		for {
			var length uint32
			if binary.Read(r, binary.BigEndian, &length) != nil {
				return
			}
			frame := make([]byte, length)
			if _, err := io.ReadFull(r, frame); err != nil {
				return
			}
			frames <- frame
		}
	}
}

// alarmDaemon reads one message of a connection, and replies, as lab_utils' server does.
func alarmDaemon(messages chan<- string, reply string) func(net.Conn) {
	return func(c net.Conn) {
		b := make([]byte, 4096)
		n, err := c.Read(b)
		if err != nil {
			return
		}
		messages <- string(b[:n])
		_, _ = io.WriteString(c, reply)
	}
}

func sampleRecord(level logbook.Level, message string, attrs ...slog.Attr) *logbook.Record {
	return logbook.NewRecord(logbook.RecordData{
		Time: time.Date(2024, 2, 29, 13, 37, 42, 5_000_000, time.UTC), Level: level, Channel: "shop.cart", Message: message, Attrs: attrs,
		PID: 4242, Goroutine: 7, Source: &slog.Source{File: "/src/cart.go", Line: 12, Function: "example.org/shop/cart.(*Cart).Add"},
	})
}

func closeHandler(t testing.TB, h logbook.Handler) {
	t.Cleanup(func() {
		if err := logbook.Close(context.Background(), h); err != nil {
			t.Error(err)
		}
	})
}

// Both handlers keep the contract.
func TestHandlers(t *testing.T) {
	frames, messages := make(chan []byte), make(chan string)
	stop := make(chan struct{})
	drained := make(chan struct{})
	t.Cleanup(func() {
		close(stop)
		<-drained
	})
	go func() {
		defer close(drained)
		for {
			select {
			case <-frames:
			case <-messages:
			case <-stop:
				return
			}
		}
	}()
	python := accept(t, readFrames(frames))
	alarm := accept(t, alarmDaemon(messages, "ok"))
	onlyErrors := func(r *logbook.Record) bool { return r.Level() >= logbook.LevelError }
	nowhere := "unix:" + filepath.Join(t.TempDir(), "nowhere")
	for name, make := range map[string]func() logbook.Handler{
		"pickles": func() logbook.Handler { return logbook.Must(NewPythonHandler(python, nil)) },
		"filtered pickles": func() logbook.Handler {
			return logbook.Must(NewPythonHandler(python, &PythonOptions{Level: logbook.LevelInfo, Filter: onlyErrors, Bubble: true}))
		},
		"pickles to nobody": func() logbook.Handler { return logbook.Must(NewPythonHandler(nowhere, &PythonOptions{Delay: true})) },
		"alarms":            func() logbook.Handler { return logbook.Must(NewAlarmHandler(alarm, nil)) },
		"filtered alarms": func() logbook.Handler {
			return logbook.Must(NewAlarmHandler(alarm, &AlarmOptions{Level: logbook.LevelInfo, Filter: onlyErrors, Bubble: true, Formatter: logbook.JSON(nil)}))
		},
		"alarms to nobody": func() logbook.Handler { return logbook.Must(NewAlarmHandler(nowhere, nil)) },
	} {
		t.Run(name, func(t *testing.T) { logbooktest.TestHandler(t, make) })
	}
}

func TestInvalidOptions(t *testing.T) {
	for _, tt := range []struct {
		err  func() error
		want string // the option
	}{
		{python("", nil), "address"},
		{python("udp://host", nil), "address"},
		{python("tcp://user:secret@host", nil), "address"},
		{python("tcp://host:0", nil), "address"},
		{python("tcp://host", &PythonOptions{TLSConfig: new(tls.Config)}), "TLSConfig"},
		{python("unix:/s", &PythonOptions{Timeout: -1}), "Timeout"},
		{alarms("host:9020", nil), "address"},
		{alarms("tcp://host", &AlarmOptions{TLSConfig: new(tls.Config)}), "TLSConfig"},
		{alarms("tcp://host", &AlarmOptions{Timeout: -1}), "Timeout"},
		{alarms("tcp://host", &AlarmOptions{MaxSize: 511}), "MaxSize"},
		{alarms("tcp://host", &AlarmOptions{Command: "--x"}), "Command"},
	} {
		err := tt.err()
		var e *logbook.OptionError
		if !errors.As(err, &e) || e.Option != tt.want || strings.Contains(err.Error(), "secret") {
			t.Errorf("%v, want an error of %s", err, tt.want)
		}
	}
}

func python(address string, o *PythonOptions) func() error {
	return func() error {
		_, err := NewPythonHandler(address, o)
		return err
	}
}

func alarms(address string, o *AlarmOptions) func() error {
	return func() error {
		_, err := NewAlarmHandler(address, o)
		return err
	}
}

// Both options begin with those of all handlers.
func TestOptionFields(t *testing.T) {
	common := reflect.TypeFor[logbook.Options]()
	for _, o := range []reflect.Type{reflect.TypeFor[PythonOptions](), reflect.TypeFor[AlarmOptions]()} {
		for i := range common.NumField() {
			want := common.Field(i)
			if want.Name == "Formatter" && o == reflect.TypeFor[PythonOptions]() {
				continue // the form of a LogRecord is fixed
			}
			if got := o.Field(i); got.Name != want.Name || got.Type != want.Type {
				t.Errorf("field %d of %v is %s", i, o, got.Name)
			}
		}
	}
}

// A record comes back with the fields that it was sent with.
func TestPythonHandler(t *testing.T) {
	frames := make(chan []byte, 64)
	h, err := NewPythonHandler(accept(t, readFrames(frames)), nil)
	if err != nil {
		t.Fatal(err)
	}
	closeHandler(t, h)
	sent := sampleRecord(logbook.LevelSuccess, "sold {out} 漢\n", slog.Int("n", 1), slog.String("msg", "m"), slog.String("msg_", "n"), slog.Float64("f", 0.5),
		slog.Group("g", slog.Bool("b", true)), slog.Duration("took", time.Second), slog.Any("list", []int{1}))
	if err := h.Handle(sent); err != nil {
		t.Fatal(err)
	}
	r, err := decodePickle(<-frames, false)
	if err != nil {
		t.Fatal(err)
	}
	got, want := r.Data(), sent.Data()
	if !got.Time.Equal(want.Time) || got.Level != want.Level || got.Channel != want.Channel || got.Message != want.Message || got.PID != want.PID ||
		got.Goroutine != want.Goroutine || *got.Source != *want.Source || got.Error != nil {
		t.Errorf("got %+v", got)
	}
	wantAttrs := []slog.Attr{slog.Int("n", 1), slog.String("msg__", "m"), slog.String("msg_", "n"), slog.Float64("f", 0.5),
		slog.Group("g", slog.Bool("b", true)), slog.String("took", "1s"), slog.Any("list", []any{int64(1)})}
	if !reflect.DeepEqual(got.Attrs, wantAttrs) {
		t.Errorf("got  %v\nwant %v", got.Attrs, wantAttrs)
	}
	wantExtra := []slog.Attr{slog.String("threadName", "Goroutine-7"), slog.String("processName", filepath.Base(os.Args[0]))}
	if !reflect.DeepEqual(got.Extra, wantExtra) {
		t.Errorf("got  %v\nwant %v", got.Extra, wantExtra)
	}

	failed := sampleRecord(logbook.LevelError+2, "failed", logbook.Err(io.ErrUnexpectedEOF))
	if err := h.HandleBatch([]*logbook.Record{failed, sent}, logbook.ReasonBuffer); err != nil {
		t.Fatal(err)
	}
	if r, err = decodePickle(<-frames, false); err != nil {
		t.Fatal(err)
	}
	if d := r.Data(); d.Error == nil || d.Error.Type != "*errors.errorString" || d.Error.Message != "unexpected EOF" || d.Level != logbook.LevelError || r.Text("go_level") != "10" {
		t.Errorf("%+v", d)
	}
	<-frames
	if got := h.Stats(); got.Handled != 3 || got.Dropped != 0 {
		t.Errorf("stats %v", got)
	}
}

// A receiver that is missing is an error in New, unless the handler connects later.
func TestPythonHandlerWithoutReceiver(t *testing.T) {
	nowhere := "unix:" + filepath.Join(t.TempDir(), "nowhere")
	var e *SendError
	if _, err := NewPythonHandler(nowhere, nil); !errors.As(err, &e) || e.Op != "connect" || e.Address != nowhere || !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v", err)
	}
	h, err := NewPythonHandler(nowhere, &PythonOptions{Delay: true})
	if err != nil {
		t.Fatal(err)
	}
	var unsent *logbook.UnsentError
	rs := []*logbook.Record{sampleRecord(logbook.LevelInfo, "1"), sampleRecord(logbook.LevelInfo, "2")}
	if err := h.HandleBatch(rs, logbook.ReasonBuffer); !errors.As(err, &unsent) || unsent.Records != 2 || !errors.As(err, &e) || e.Retry.IsZero() {
		t.Errorf("%v", err)
	}
	if err := h.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if err := h.Handle(rs[0]); !errors.Is(err, logbook.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

// The first record after the receiver was restarted is not lost.
func TestPythonHandlerReconnects(t *testing.T) {
	frames := make(chan []byte)
	ended := make(chan struct{})
	h, err := NewPythonHandler(accept(t, func(c net.Conn) {
		r := bufio.NewReader(c)
		var length uint32
		if binary.Read(r, binary.BigEndian, &length) != nil {
			return
		}
		frame := make([]byte, length)
		if _, err := io.ReadFull(r, frame); err != nil {
			t.Error(err)
		}
		frames <- frame
		_ = c.Close()
		ended <- struct{}{}
	}), &PythonOptions{Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	closeHandler(t, h)
	for i := range 5 {
		if err := h.Handle(sampleRecord(logbook.LevelInfo, fmt.Sprint(i))); err != nil {
			t.Fatal(err)
		}
		if r, err := decodePickle(<-frames, false); err != nil || r.Message() != fmt.Sprint(i) {
			t.Errorf("%v, %v", r, err)
		}
		<-ended
		for !h.sender.Link.HungUp() { // until the system has noticed
			runtime.Gosched()
		}
	}
	if got := h.Stats().Handled; got != 5 {
		t.Errorf("%d records", got)
	}
}

// A daemon of lab_utils gets the fields of each record, whatever they contain, and each
// record, though it reads one message of a connection.
func TestAlarmHandler(t *testing.T) {
	messages := make(chan string, 64)
	h, err := NewAlarmHandler(accept(t, alarmDaemon(messages, "alarm raised")), &AlarmOptions{Command: "alarm", App: "my shop"})
	if err != nil {
		t.Fatal(err)
	}
	closeHandler(t, h)
	for _, tt := range []struct {
		r       *logbook.Record
		message string
	}{
		{sampleRecord(logbook.LevelError, "item sold out"), "item sold out"},
		{sampleRecord(logbook.LevelError, "item", slog.Int("n", 1)), "item n=1"},
		{sampleRecord(logbook.LevelError, "} --level {INFO}\nquit {"), `} --level {INFO}\nquit {`}, // text formats escape newlines
		{sampleRecord(logbook.LevelError, ""), ""},
	} {
		if err := h.Handle(tt.r); err != nil {
			t.Fatal(err)
		}
		line := <-messages
		got, err := split(strings.TrimRight(line, " \r\n"))
		want := []string{"alarm", "--date", "2024-02-29T13:37:42.005000+00:00", "--level", "ERROR", "--app", "my shop",
			"--module", "example.org/shop/cart", "--function", "(*Cart).Add", "--message", tt.message}
		if err != nil || !reflect.DeepEqual(got, want) || strings.Count(line, "\n") != 1 || !strings.HasSuffix(line, "\n") {
			t.Errorf("%q: %q, %v", line, got, err)
		}
	}
	var rs []*logbook.Record
	for i := range 20 {
		rs = append(rs, sampleRecord(logbook.LevelError, fmt.Sprint(i)))
	}
	if err := h.HandleBatch(rs, logbook.ReasonEscalation); err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		if line := <-messages; !strings.Contains(line, fmt.Sprintf("--message {%d}", i)) {
			t.Errorf("%d: %s", i, line)
		}
	}
	if got := h.Stats().String(); got != "handled 24" {
		t.Errorf("stats %s", got)
	}
}

// split returns the words of a line.
func split(line string) (texts []string, err error) {
	list, err := words.Braces.Split(line)
	for _, w := range list {
		texts = append(texts, w.Text)
	}
	return texts, err
}

// The channel is the command; a formatter's lines and a long text arrive.
func TestAlarmLines(t *testing.T) {
	multiline := logbook.FormatterFunc(func(r *logbook.Record) string { return r.Message() + "\n" })
	for _, tt := range []struct {
		channel, message string
		o                AlarmOptions
		command, want    string
	}{
		{"gauge", "a\nb{c}\\x41\x00", AlarmOptions{Formatter: multiline}, "gauge", "a\nb{c}\\x41\x00"},
		{"my gauge}", "x", AlarmOptions{}, "my gauge}", "x"},
		{"", "x", AlarmOptions{}, "alarm", "x"},
		{"gauge", strings.Repeat("x", 5000), AlarmOptions{}, "gauge", "...(cut)"},
		{"gauge", strings.Repeat("{", 5000), AlarmOptions{MaxSize: 1024}, "gauge", "...(cut)"},
		{"gauge", strings.Repeat("漢", 5000), AlarmOptions{MaxSize: 512}, "gauge", "漢...(cut)"},
	} {
		messages := make(chan string, 1)
		h, err := NewAlarmHandler(accept(t, alarmDaemon(messages, "")), &tt.o)
		if err != nil {
			t.Fatal(err)
		}
		closeHandler(t, h)
		if err := h.Handle(logbook.NewRecord(logbook.RecordData{Channel: tt.channel, Message: tt.message})); err != nil {
			t.Fatal(err)
		}
		line := <-messages
		limit := max(tt.o.MaxSize, defaultMaxLine)
		if tt.o.MaxSize > 0 {
			limit = tt.o.MaxSize
		}
		got, err := split(strings.TrimSuffix(line, "\n"))
		if err != nil || got[0] != tt.command || !strings.HasSuffix(got[len(got)-1], tt.want) || len(line) > limit || len(tt.message) > limit && len(line) < limit-12 {
			t.Errorf("%d bytes, %v: %q", len(line), err, line)
		}
		if !strings.Contains(tt.want, "cut") && got[len(got)-1] != tt.want {
			t.Errorf("%q", line)
		}
	}
}

// A refusal fails one record, and is not tried again; the others go on.
func TestAlarmRefused(t *testing.T) {
	messages := make(chan string, 64)
	for _, reply := range []string{"Error! invalid choice: 'shop.cart'\n\nDAEMON HELP\n", "Unknown exception! Check daemon log!\nKeyError: 1", "Daemon error, maybe"} {
		h, err := NewAlarmHandler(accept(t, alarmDaemon(messages, reply)), nil)
		if err != nil {
			t.Fatal(err)
		}
		closeHandler(t, h)
		first, _, _ := strings.Cut(reply, "\n")
		var e *SendError
		if err := h.Handle(sampleRecord(logbook.LevelError, "x")); !errors.As(err, &e) || !e.Retry.IsZero() || !strings.HasSuffix(err.Error(), "write: refused: "+first) {
			t.Errorf("%v", err)
		}
		rs := []*logbook.Record{sampleRecord(logbook.LevelError, "1"), sampleRecord(logbook.LevelError, "2")}
		var unsent *logbook.UnsentError
		if err := h.HandleBatch(rs, logbook.ReasonBuffer); err == nil || errors.As(err, &unsent) {
			t.Errorf("%v", err)
		}
		if got := h.Stats(); got.Handled != 0 || got.Dropped != 3 {
			t.Errorf("stats %v", got)
		}
	}
	if len(messages) != 9 {
		t.Errorf("%d messages, want 9", len(messages))
	}
}

// A daemon that does not reply, or is not there, begins a pause.
func TestAlarmWithoutReply(t *testing.T) {
	release := make(chan struct{})
	address := accept(t, func(net.Conn) { <-release })
	for name, address := range map[string]string{"silent": address, "missing": "unix:" + filepath.Join(t.TempDir(), "nowhere")} {
		for timeout := 50 * time.Millisecond; ; timeout *= 2 {
			h, err := NewAlarmHandler(address, &AlarmOptions{Timeout: timeout})
			if err != nil {
				t.Fatal(err)
			}
			closeHandler(t, h)
			var e *SendError
			if err = h.Handle(sampleRecord(logbook.LevelError, "x")); !errors.As(err, &e) || e.Retry.IsZero() {
				t.Errorf("%s: %v", name, err)
			} else if missing := name == "missing"; (e.Op == "connect") != missing {
				if !missing && timeout < time.Minute {
					continue // a busy machine needs more to connect
				}
				t.Errorf("%s: %v", name, err)
			}
			break
		}
	}
	close(release)
}

// Close ends a record that waits for a reply, when its context ends.
func TestAlarmClose(t *testing.T) {
	got, release := make(chan struct{}), make(chan struct{})
	h, err := NewAlarmHandler(accept(t, func(c net.Conn) {
		_, _ = c.Read(make([]byte, 4096))
		close(got)
		<-release
	}), &AlarmOptions{Timeout: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	failed := make(chan error)
	go func() { failed <- h.Handle(sampleRecord(logbook.LevelError, "x")) }()
	<-got
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := h.Close(ctx); err != nil {
		t.Error(err)
	}
	if err := <-failed; err == nil {
		t.Error("the record was sent")
	}
	close(release)
}

func BenchmarkPythonHandler(b *testing.B) {
	h, err := NewPythonHandler(accept(b, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }), nil)
	if err != nil {
		b.Fatal(err)
	}
	closeHandler(b, h)
	r := sampleRecord(logbook.LevelInfo, "served", slog.String("path", "/index.html"), slog.Int("status", 200))
	b.ReportAllocs()
	for b.Loop() {
		if err := h.Handle(r); err != nil {
			b.Fatal(err)
		}
	}
}
