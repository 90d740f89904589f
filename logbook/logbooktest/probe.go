package logbooktest

import (
	"errors"
	"log/slog"
	"regexp"
	"slices"

	"github.com/logbook-go/logbook/logbook"
)

// Probe is a question about one record.
type Probe func(r *logbook.Record) bool

// Message asks for a record whose message is exactly text.
func Message(text string) Probe {
	return func(r *logbook.Record) bool { return r.Message() == text }
}

// Matching asks for a record in whose message the expression finds something; ^
// and $ tie it to the ends.
func Matching(re *regexp.Regexp) Probe {
	return func(r *logbook.Record) bool { return re.MatchString(r.Message()) }
}

// Channel asks for a record of the channel.
func Channel(name string) Probe {
	return func(r *logbook.Record) bool { return r.Channel() == name }
}

// Attr asks for a record with an attribute, as [logbook.Record.Lookup] finds it.
// Values are compared as [slog] holds them: an int 5 is an int64 5, but neither a
// uint nor a "5". An error is the same if [errors.Is] says so, or if it has the same
// text; a string stands for an error with this text. What is of no kind of slog's own,
// such as slices and structs, is the same if it prints the same.
func Attr(key string, value any) Probe {
	want := slog.AnyValue(value)
	return func(r *logbook.Record) bool {
		got, ok := r.Lookup(key)
		return ok && sameValue(got, want)
	}
}

// ErrorIs asks for a record whose error, as [logbook.Record.Err] finds it, is
// target in the sense of [errors.Is].
func ErrorIs(target error) Probe {
	return func(r *logbook.Record) bool { return errors.Is(r.Err(), target) }
}

func sameValue(got, want slog.Value) bool {
	got, want = got.Resolve(), want.Resolve()
	if got.Kind() == slog.KindGroup && want.Kind() == slog.KindGroup {
		return slices.EqualFunc(got.Group(), want.Group(), func(g, w slog.Attr) bool {
			return g.Key == w.Key && sameValue(g.Value, w.Value)
		})
	}
	if err, ok := got.Any().(error); ok {
		return sameError(err, want)
	}
	if got.Kind() != want.Kind() {
		return false
	}
	if got.Kind() == slog.KindAny {
		return textOf(got) == textOf(want)
	}
	return got.Equal(want)
}

func sameError(err error, want slog.Value) bool {
	switch w := want.Any().(type) {
	case error:
		return errors.Is(err, w) || textOf(slog.AnyValue(err)) == textOf(want)
	case string:
		return textOf(slog.AnyValue(err)) == w
	}
	return false
}

// textOf returns a value as a record shows it. What a record keeps of a value
// that could change is no more than that.
func textOf(v slog.Value) string {
	return logbook.NewRecord(logbook.RecordData{Attrs: []slog.Attr{{Key: "v", Value: v}}}).Text("v")
}

// all makes one probe of a level and several probes.
func all(level logbook.Level, ps []Probe) Probe {
	ps = slices.Clone(ps)
	return func(r *logbook.Record) bool { return r.Level() == level && allOf(ps, r) }
}

func allOf(ps []Probe, r *logbook.Record) bool {
	return !slices.ContainsFunc(ps, func(p Probe) bool { return !p(r) })
}

func anyOf(ps []Probe, r *logbook.Record) bool {
	return slices.ContainsFunc(ps, func(p Probe) bool { return p(r) })
}
