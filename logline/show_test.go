package logline_test

import (
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/logbook-go/logbook/logline"
)

// testNow is the current time in all tests, after the dates of the samples. Its zone
// differs from that of any machine.
var testNow = time.Date(2026, 11, 20, 12, 0, 0, 0, time.FixedZone("", 5*3600+1800))

// show returns the fields of a line that are set as text. It shows the types of values: a
// string is quoted, an unsigned number ends in u, a float has a point or an exponent.
func show(l logline.Line) string {
	var b strings.Builder
	b.WriteString(l.Format)
	if !l.Time.IsZero() {
		b.WriteString(" " + l.Time.Format(time.RFC3339Nano))
	}
	if l.HasLevel {
		b.WriteString(" " + l.Level.String())
	} else if l.Level != 0 {
		b.WriteString(" !LEVEL")
	}
	if l.Channel != "" {
		fmt.Fprintf(&b, " channel=%s", l.Channel)
	}
	if l.PID != 0 {
		fmt.Fprintf(&b, " pid=%d", l.PID)
	}
	if l.Source != nil {
		fmt.Fprintf(&b, " source=%s|%s:%d", l.Source.Function, l.Source.File, l.Source.Line)
	}
	fmt.Fprintf(&b, " %q", l.Message)
	if len(l.Attrs) > 0 {
		b.WriteString(" " + showGroup(l.Attrs))
	}
	if l.Err != "" {
		fmt.Fprintf(&b, " err=%q", l.Err)
	}
	if l.Stack != "" {
		fmt.Fprintf(&b, " stack=%q", l.Stack)
	}
	return b.String()
}

func showGroup(attrs []slog.Attr) string {
	parts := make([]string, len(attrs))
	for i, a := range attrs {
		parts[i] = a.Key + "=" + showValue(a.Value)
	}
	return "{" + strings.Join(parts, " ") + "}"
}

func showValue(v slog.Value) string {
	switch v.Kind() {
	case slog.KindString:
		return fmt.Sprintf("%q", v.String())
	case slog.KindGroup:
		return showGroup(v.Group())
	case slog.KindUint64:
		return fmt.Sprintf("%du", v.Uint64())
	case slog.KindFloat64:
		if s := fmt.Sprint(v.Float64()); strings.ContainsAny(s, ".eIN") {
			return s
		}
		return fmt.Sprintf("%.1f", v.Float64())
	case slog.KindAny:
		return fmt.Sprintf("%#v", v.Any())
	}
	return v.String()
}
