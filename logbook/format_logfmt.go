package logbook

import (
	"log/slog"
	"time"

	"github.com/logbook-go/logbook/internal/encode"
)

// LogfmtOptions configure [Logfmt]. nil is the default.
type LogfmtOptions struct {
	Source   bool           // add source=FILE:LINE
	Location *time.Location // time zone of the output; default the record's own
}

// Logfmt returns a formatter of key=value lines, as slog's TextHandler writes them:
// time, level, channel (unless it is empty), msg, and the attributes. The keys of a group's members start
// with its name and a dot. An error of [Logger.Exception] or [Err] is written as
// error=TEXT and, if it is known, error.type=TYPE, without its traceback.
func Logfmt(o *LogfmtOptions) Formatter {
	f := new(logfmtFormatter)
	if o != nil {
		f.LogfmtOptions = *o
	}
	return f
}

type logfmtFormatter struct{ LogfmtOptions }

// AppendFormat implements [Formatter].
func (f *logfmtFormatter) AppendFormat(b []byte, r *Record) ([]byte, error) {
	r.alive()
	if t := r.time; !t.IsZero() {
		if f.Location != nil {
			t = t.In(f.Location)
		}
		b = append(b, "time="...)
		b = append(lineTimes.AppendRFC3339(b, t), ' ')
	}
	b = append(b, "level="...)
	b = append(b, r.level.String()...)
	if r.channel != "" {
		b = append(b, " channel="...)
		b = encode.AppendLogfmtValue(b, r.channel)
	}
	b = append(b, " msg="...)
	if text, rendered := r.messageBytes(); rendered != nil {
		b = encode.AppendLogfmtValue(b, rendered)
	} else {
		b = encode.AppendLogfmtValue(b, text)
	}
	var used usedAttrs
	if f.Source && r.Source().File != "" {
		b = append(b, " source="...)
		b = appendFileLine(b, r)
		if i := r.sourceAttr(slog.SourceKey, false); i >= 0 {
			used.call = 1 << i
		}
	}
	b = r.appendAttrs(b, used)
	if e := r.exception(); e != nil {
		b = append(b, " error="...)
		b = encode.AppendLogfmtValue(b, cut(e.Info().Message, maxAttr))
		if t := e.Info().Type; t != "" {
			b = append(b, " error.type="...)
			b = encode.AppendLogfmtValue(b, t)
		}
	}
	return b, nil
}
