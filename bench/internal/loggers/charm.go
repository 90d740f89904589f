package loggers

import (
	"io"
	"time"

	"charm.land/log/v2"
)

func newCharm(w io.Writer) *log.Logger { return newCharmAs(w, log.JSONFormatter, false) }

func newCharmAs(w io.Writer, f log.Formatter, caller bool) *log.Logger {
	return log.NewWithOptions(w, log.Options{
		Level: log.InfoLevel, Formatter: f, ReportTimestamp: true, TimeFormat: time.RFC3339Nano, ReportCaller: caller,
	})
}

func charmDisabled(w io.Writer) func(n int) {
	l := newCharm(w)
	return func(n int) {
		for range n {
			l.Debug(message)
		}
	}
}

func charmDisabledTwo(w io.Writer) func(n int) {
	l := newCharm(w)
	return func(n int) {
		for range n {
			l.Debug(message, "user", user, "status", status)
		}
	}
}

func charmMessage(w io.Writer) func(n int) { return charmPlain(newCharm(w)) }

func charmPlain(l *log.Logger) func(n int) {
	return func(n int) {
		for range n {
			l.Info(message)
		}
	}
}

func charmPairs(w io.Writer) func(n int) { return charmTenFields(newCharm(w)) }

func charmTenFields(l *log.Logger) func(n int) {
	return func(n int) {
		for i := range n {
			l.Info(message, "user", user, "path", path, "status", status, "size", size, "ratio", ratio,
				"cached", cached, "took", took, "at", at(i), "err", errIO, "city", city)
		}
	}
}

func charmWithFive(w io.Writer) func(n int) {
	return charmPlain(newCharm(w).With("user", user, "path", path, "status", status, "took", took, "city", city))
}

func charmCaller(w io.Writer) func(n int) { return charmPlain(newCharmAs(w, log.JSONFormatter, true)) }

func charmLogfmt(w io.Writer) func(n int) {
	return charmTenFields(newCharmAs(w, log.LogfmtFormatter, false))
}

func charmConsole(w io.Writer) func(n int) {
	return charmTenFields(newCharmAs(w, log.TextFormatter, false))
}

func charmPrintf(w io.Writer) func(n int) {
	l := newCharm(w)
	return func(n int) {
		for range n {
			l.Infof("user %s got %d", user, status)
		}
	}
}
