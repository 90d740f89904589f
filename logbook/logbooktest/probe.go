package logbooktest

import (
	"errors"
	"log/slog"
	"regexp"
	"slices"
	"strings"

	"github.com/logbook-go/logbook/logbook"
)

// Probe reports whether a record matches a condition.
type Probe func(r *logbook.Record) bool

// Message matches records whose message is exactly text.
func Message(text string) Probe {
	return func(r *logbook.Record) bool { return r.Message() == text }
}

// Contains matches records whose message contains text.
func Contains(text string) Probe {
	return func(r *logbook.Record) bool { return strings.Contains(r.Message(), text) }
}

// Matching matches records whose message contains a match of the regular expression.
func Matching(re *regexp.Regexp) Probe {
	return func(r *logbook.Record) bool { return re.MatchString(r.Message()) }
}

// Channel matches records of the channel.
func Channel(name string) Probe {
	return func(r *logbook.Record) bool { return r.Channel() == name }
}

// Attr matches records with an attribute, found by [logbook.Record.Lookup], of the given
// value. Values are compared as those of [log/slog]: an int 5 equals an int64 5, but not a uint
// 5 or a "5". An error equals value if [errors.Is] reports so, or if its text is that of
// an error or string value. Values of kind [slog.KindAny], such as slices and structs,
// are equal if they print the same.
func Attr(key string, value any) Probe {
	want := slog.AnyValue(value)
	return func(r *logbook.Record) bool {
		got, ok := r.Lookup(key)
		return ok && sameValue(got, want)
	}
}

// ErrorIs matches records whose error, found by [logbook.Record.Err], matches target
// according to [errors.Is].
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

// textOf returns the text of a value in a record. A retained record keeps only this
// text of a mutable value.
func textOf(v slog.Value) string {
	return logbook.NewRecord(logbook.RecordData{Attrs: []slog.Attr{{Key: "v", Value: v}}}).Text("v")
}

// all returns a probe that matches records of a level that match all of ps.
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
