// Format shows four ways to format: a format string, a custom type, JSON, a function.
package main

import (
	"os"
	"strings"
	"time"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

// short is a fast formatter, since it only appends.
type short struct{ loc *time.Location }

func (f short) AppendFormat(b []byte, r *logbook.Record) ([]byte, error) {
	b = r.Time().In(f.loc).AppendFormat(b, "15:04:05 ")
	b = append(b, strings.ToLower(r.Level().String())...)
	b = append(b, ' ')
	b = append(b, r.Message()...)
	for a := range r.Attrs {
		b = append(append(append(append(b, ' '), a.Key...), '='), a.Value.String()...)
	}
	return b, nil
}

func main() {
	f, err := logbook.Format("{record.channel}: {record.message} [{record.extra[cwd]}]", nil)
	if err != nil {
		panic(err)
	}
	for _, f := range []logbook.Formatter{f, short{time.UTC}, logbook.JSON(&logbook.JSONOptions{Source: true}),
		logbook.FormatterFunc(func(r *logbook.Record) string { return r.Text("cwd") + "|" + r.Message() })} {
		logbook.InGoroutine(func() { logbook.Info("served {path}", "path", "/", "took", time.Second) },
			handlers.NewStream(os.Stdout, &logbook.Options{Formatter: f}), logbook.Attrs("cwd", "/tmp"))
	}
}
