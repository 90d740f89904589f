package logbook_test

import (
	"errors"
	"log/slog"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/logbook"
)

// hostile are the seeds: texts that have broken encoders.
var hostile = []string{
	"", "plain", "two\nlines\r\n", "\x00\x01\x1b[31mred\x1b[0m\x7f", "\u009b31m\u0085\u00ad", "\u202eevil\u202c\u2066\u2069\u200e\u200f\u061c",
	"\u2028\u2029", "\xff\xfe\x80", "a\xc3", "\xed\xa0\x80", "\xf4\x90\x80\x80", `"\/`, "</script>", "time", "level", "msg", "channel", "error",
	"source", "k", "k#2", "k#3", "{k}", "{", "}", "{{}}", "{k:>10}", "{k!r:^5}", "a.b", "=", " ", "日本語 🎉", "\ufffd", "\ufeff", "\u00a0",
	"1e400", "-0", "#2", "$.x", "{record.message}", "%s%n", "....", "[0]", strings.Repeat("x", 300), strings.Repeat("ä\n", 50),
}

// hostileRecord builds a record in which all texts are from the fuzzer.
func hostileRecord(msg, channel, key, value, group string, shape uint8) *logbook.Record {
	attrs := []slog.Attr{
		slog.String(key, value), slog.Any("k", []byte(value)),
		slog.Group(group, slog.String(key, value), slog.String(group, value), slog.Group("", slog.Any(key, errors.New(value)))),
		slog.Any("any", map[string]any{key: []string{value}}),
	}
	d := logbook.RecordData{Channel: channel, Template: msg, Time: time.Unix(int64(shape)<<24, 0), Attrs: attrs}
	if shape&1 != 0 {
		d.Attrs = append(d.Attrs, slog.String(key, value), slog.String(key+"#2", value), slog.Any("any", struct{ S, T string }{key, value}))
	}
	if shape&2 != 0 {
		d.Cause = errors.Join(errors.New(value), errors.New(msg))
	}
	if shape&4 != 0 {
		d.Extra = []slog.Attr{slog.String(key, value), slog.String(group, value), slog.String("time", value)}
	}
	if shape&8 != 0 {
		d.Source = &slog.Source{Function: channel, File: value, Line: int(shape)}
	}
	d.Level = logbook.Level(shape)
	return logbook.NewRecord(d)
}

func addHostile(f *testing.F) {
	for i, s := range hostile {
		next, third := hostile[(i+7)%len(hostile)], hostile[(i+19)%len(hostile)]
		f.Add(s, next, third, s, next, uint8(i))
		f.Add(s, s, s, s, s, uint8(255-i))
		f.Add("{"+third+"}", third, s, next, s, uint8(i*5))
	}
}

// FuzzJSON checks that a line is one valid object, safe to show in a terminal and without
// duplicate keys, for all data and all loggers.
func FuzzJSON(f *testing.F) {
	addHostile(f)
	formatters := []logbook.Formatter{
		logbook.JSON(nil), logbook.JSON(&logbook.JSONOptions{Source: true}),
		logbook.JSON(&logbook.JSONOptions{Keys: logbook.JSONKeys{Error: "k", Message: "message"}}),
		logbook.JSON(logbook.ZapJSON()), logbook.JSON(withSource(logbook.ECSJSON())),
		logbook.JSON(withSource(logbook.GoogleCloudJSON())), logbook.JSON(withSource(logbook.OpenTelemetryJSON())),
	}
	f.Fuzz(func(t *testing.T, msg, channel, key, value, group string, shape uint8) {
		r := hostileRecord(msg, channel, key, value, group, shape)
		for _, f := range formatters {
			b, err := f.AppendFormat(nil, r)
			if err != nil {
				t.Fatal(err)
			}
			if err := checkJSON(string(b)); err != nil {
				t.Fatal(err)
			}
		}
		// The same with With, groups and processors, twice: the second time, With's
		// attributes are cached.
		log := logbook.New(channel).With(key, value, "k", 1)
		if shape&16 != 0 {
			log = log.With(key, value)
		}
		if shape&32 != 0 {
			log = log.WithGroup(group).With(key, value)
		}
		if shape&64 != 0 {
			log = log.WithGroup(key)
		}
		logbook.InGoroutine(func() {
			for range 2 {
				log.Info(msg, key, value, "k#2", value, slog.Group(group, key, value, group, value))
			}
		}, logbook.Flags{Errors: logbook.SilentErrors}, logbook.NewHandler(func(r *logbook.Record) error {
			for _, f := range formatters {
				b, err := f.AppendFormat(nil, r)
				if err != nil {
					t.Error(err)
				}
				if err := checkJSON(string(b)); err != nil {
					t.Error(err)
				}
			}
			return nil
		}, nil), logbook.Attrs(key, value, group, value))
	})
}

// FuzzText checks that data cannot start a line or control a terminal, in the formats for
// people.
func FuzzText(f *testing.F) {
	addHostile(f)
	formatters := []logbook.Formatter{
		nil, logbook.Logfmt(&logbook.LogfmtOptions{Source: true}), logbook.Console(&logbook.ConsoleOptions{Source: true}),
		logbook.MustFormat("{record.message!r} {record.msg:>20} {record.channel} {record.extra[k]} {record.extra[any]} {record.kwargs[any]!a:<9}" +
			"{record.exception_name} {record.exception_message} {record.filename} {record.func_name} {record.module}{record.attrs}"),
	}
	color := logbook.Console(&logbook.ConsoleOptions{Color: true, Source: true})
	narrow := logbook.Console(&logbook.ConsoleOptions{Color: true, Source: true, Width: func() int { return 40 }})
	ownEscapes := regexp.MustCompile(`\x1b\[(0|1|2|90|36|34|32|(35|33|31|97;41);1)m`)
	f.Fuzz(func(t *testing.T, msg, channel, key, value, group string, shape uint8) {
		r := hostileRecord(msg, channel, key, value, group, shape)
		check := func(text string) {
			for i, line := range strings.Split(text, "\n") {
				if err := checkLine(line); err != nil {
					t.Error(err)
				}
				if i > 0 && !strings.HasPrefix(line, "  | ") {
					t.Errorf("line %d is not marked: %q", i, text)
				}
			}
		}
		for _, f := range formatters {
			b, err := logbook.Options{Formatter: f}.AppendFormat(nil, r)
			if err != nil {
				t.Fatal(err)
			}
			check(string(b))
		}
		b, err := color.AppendFormat(nil, r)
		if err != nil {
			t.Fatal(err)
		}
		check(ownEscapes.ReplaceAllString(string(b), ""))

		// Broken lines have all of the text, and the rest is indented.
		b, err = narrow.AppendFormat(nil, r)
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(ownEscapes.ReplaceAllString(string(b), ""), "\n") {
			if err := checkLine(line); err != nil {
				t.Error(err)
			}
			if i > 0 && !strings.HasPrefix(line, "  | ") && !strings.HasPrefix(line, strings.Repeat(" ", 20)) {
				t.Errorf("line %d is not indented: %q", i, b)
			}
		}
	})
}

// FuzzFormat checks that a format string compiles or is refused with an offset inside it, and
// that a compiled format string formats any record.
func FuzzFormat(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
		f.Add("{record.message:" + s + "}")
		f.Add("{record.extra[" + s + "]}")
	}
	for _, s := range []string{
		logbook.DefaultFormat, "{record.time:%Y-%m-%d %H:%M:%S.%f%z}", "{record.level_name:<8}", "{record.extra[k][0].x!r:>10}",
		"{record.time:{record.level}}", "{record.message:,d}", "{record.lineno:05d}", "{handler.level_name}{{}}", "{record.message:9999999999}",
	} {
		f.Add(s)
	}
	r := hostileRecord("m\n{k}", "c\x1b", "k", "v\u202e", "g", 15)
	f.Fuzz(func(t *testing.T, s string) {
		format, err := logbook.Format(s, nil)
		if err != nil {
			var fe *logbook.FormatError
			if !errors.As(err, &fe) || fe.Offset < 0 || fe.Offset > len(s) || fe.Msg == "" || fe.Error() == "" {
				t.Fatalf("%q: %#v", s, err)
			}
			return
		}
		b, err := format.AppendFormat(nil, r)
		if err != nil || format.String() != s {
			t.Fatalf("%q: %v", s, err)
		}
		if format, err := logbook.Format(format.String(), nil); err != nil {
			t.Fatal(err)
		} else if again, _ := format.AppendFormat(nil, r); string(again) != string(b) {
			t.Fatalf("%q formats as %q, then as %q", s, b, again)
		}
	})
}
