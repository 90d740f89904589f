package logline_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/logline"
)

func TestPattern(t *testing.T) {
	for _, tt := range []struct{ pattern, line, want string }{
		{"{time} [{thread}] {level} {channel}: {message}", "2026-03-05 10:11:12,123 [main] WARN  shop.cart: sold out: 3",
			`pattern 2026-03-05T10:11:12.123+05:30 WARNING channel=shop.cart "sold out: 3" {thread="main"}`},
		{"{client} - {user} [{time:%d/%b/%Y:%H:%M:%S %z}] {message}", `10.0.0.1 - anna [05/Mar/2026:10:11:12 +0100] "GET /"`,
			`pattern 2026-03-05T10:11:12+01:00 "\"GET /\"" {client="10.0.0.1" user="anna"}`},
		{"{time:%b %e %T}: {message}", "Mar  5 10:11:12.25: x", `pattern 2026-03-05T10:11:12.25+05:30 "x"`},
		{"{time:%Y%m%d-%H%M%S,%f} {pid} {n} {message}", "20260305-101112,5 77 12 x y", `pattern 2026-03-05T10:11:12.5+05:30 pid=77 "x y" {n=12}`},
		{"{time:%I:%M %p} {message}", "9:05 am x", `pattern 2026-11-20T09:05:00+05:30 "x"`},
		{"{time:%s} {source} {message}", "1772705472 a.go:12 x", `pattern 2026-03-05T15:41:12+05:30 source=|a.go:12 "x"`},
		{"{time:%y-%j} {message}", "26-064 x", `pattern 2026-03-05T00:00:00+05:30 "x"`},
		{"{{{level}}} {message} END", "{info} a END b END", `pattern INFO "a END b"`},
		{"{level}|{message}", "nothing|x", ""}, // no level
		{"{level}: {message}", "info x", ""},
		{"{time:%H:%M} {message}", "25:00 x", ""},
		{"{time} {message}", "10:11:12 x", `pattern 2026-11-20T10:11:12+05:30 "x"`},
		{"{level} {message}", "\ufeffinfo x", `pattern INFO "x"`},
		{"{level} {message}", "\x1b[32minfo\x1b[0m x", `pattern INFO "x"`},
		{"{level}  {message}", "info \t x", `pattern INFO "x"`},
	} {
		p, err := logline.ParsePattern(tt.pattern)
		if err != nil {
			t.Error(err)
			continue
		}
		got := ""
		if l, ok := p.Match([]byte(tt.line), testNow); ok {
			got = show(l)
		}
		if got != tt.want {
			t.Errorf("%s: %q\n got %s\nwant %s", tt.pattern, tt.line, got, tt.want)
		}
	}
}

func TestPatternErrors(t *testing.T) {
	for pattern, want := range map[string]string{
		"":                     `invalid pattern "": want at least one {field} at offset 0`,
		"text":                 `want at least one {field}`,
		"{time":                `{ without } at offset 0`,
		"a}":                   `unexpected } at offset 1`,
		"{level} {level}":      `a second field level at offset 8`,
		"{level}{message}":     `no text between two fields at offset 7`,
		"{time:%Q}":            `unknown directive %Q at offset 0`,
		"{time:%}":             `unknown directive % at offset 0`,
		"{level:%H}":           `only time has a layout, and level is not a time`,
		"{a b}":                `invalid name "a b"`,
		"{level} {} {message}": `invalid name "" of a field at offset 8`,
	} {
		_, err := logline.ParsePattern(pattern)
		if e := (*logline.PatternError)(nil); !errors.As(err, &e) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", pattern, err, want)
		}
	}
}

// Matching takes linear time.
func TestPatternLongLines(t *testing.T) {
	p, err := logline.ParsePattern("{a} x {b}  y{message} z")
	if err != nil {
		t.Fatal(err)
	}
	for _, unit := range []string{" ", "x", " x", " x ", " y", "a"} {
		p.Match([]byte(strings.Repeat(unit, 1<<20)), testNow)
	}
}
