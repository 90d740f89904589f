package compat_test

import (
	"bytes"
	"log"
	"log/slog"
	"testing"

	"github.com/logbook-go/logbook/compat"
	"github.com/logbook-go/logbook/logbook"
)

// Records of the standard loggers at five levels arrive with channel, level, literal
// message and attributes.
func TestRedirectStandardLoggers(t *testing.T) {
	h := record(t)
	keepDefaults(t)
	name := logbook.New("test_logger")
	defer compat.RedirectSlog(name)()
	slog.Debug("This is from the old system", "n", 1)
	slog.Info("This is from the old system")
	slog.Warn("This is from the old system")
	slog.Error("This is from the old system")
	slog.Log(background, slog.LevelError+4, "This is from the %s system", "named", "old")
	undo := compat.RedirectLog(name, logbook.LevelWarn, nil)
	log.Printf("This is from the %s system", "old")
	undo()
	equal(t, h.lines(), []string{
		"DEBUG test_logger This is from the old system n=1",
		"INFO test_logger This is from the old system",
		"WARNING test_logger This is from the old system",
		"ERROR test_logger This is from the old system",
		"CRITICAL test_logger This is from the %s system named=old",
		"WARNING test_logger This is from the old system",
	})
}

// The text of a redirected record is "WARNING: name: ...".
func TestRedirectText(t *testing.T) {
	var b bytes.Buffer
	keepDefaults(t)
	defer logbook.PushApplication(textLines(&b, logbook.MustFormat("{record.level_name}: {record.channel}: {record.message}")))()
	defer compat.RedirectSlog(logbook.New("test_logger"))()
	slog.Warn("This is from the old system")
	if want := "WARNING: test_logger: This is from the old system\n"; b.String() != want {
		t.Errorf("got %q, want %q", &b, want)
	}
}

// The level of Logbook's handler, not that of slog, decides whether slog.Debug logs.
func TestRedirectLevel(t *testing.T) {
	for _, test := range []struct {
		level logbook.Level
		want  []string
	}{
		{logbook.LevelNotSet, []string{"DEBUG c d", "INFO c i", "WARNING c w", "DEBUG c l"}},
		{logbook.LevelWarn, []string{"WARNING c w"}},
	} {
		h := record(t)
		keepDefaults(t)
		undo := compat.RedirectSlog(logbook.NewLogger("c", &logbook.LoggerOptions{Level: test.level}))
		slog.Debug("d")
		slog.Info("i")
		slog.Warn("w")
		before := slog.SetLogLoggerLevel(slog.LevelDebug)
		log.Print("l")
		slog.SetLogLoggerLevel(before)
		undo()
		equal(t, h.lines(), test.want)
	}
}

// The reverse handlers give the standard loggers channel, level and message.
func TestReverseHandlers(t *testing.T) {
	b := logTo(t)
	logger := logbook.New("testlogger")
	for h, want := range map[logbook.Handler]string{
		compat.ToLog(nil, nil):                                "WARNING: testlogger: 0 is a number\n",
		compat.ToSlog(slog.NewTextHandler(b, nil), nil):       `level=WARN msg="0 is a number" channel=testlogger n=0` + "\n",
		compat.ToSlog(slog.Default().Handler(), nil):          "WARN 0 is a number channel=testlogger n=0\n",
		compat.ToSlog(slog.With("a", 1).Handler(), nil):       "WARN 0 is a number a=1 channel=testlogger n=0\n",
		compat.ToLog(log.New(b, "[x] ", log.Lmsgprefix), nil): "[x] WARNING: testlogger: 0 is a number\n",
	} {
		b.Reset()
		logbook.InGoroutine(func() { logger.Warn("{n} is a number", "n", 0) }, h)
		if got := b.String(); len(got) < len(want) || got[len(got)-len(want):] != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
