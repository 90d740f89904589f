package notify_test

import (
	"errors"
	"log/slog"
	"testing"

	"github.com/logbook-go/logbook/internal/notify"
	"github.com/logbook-go/logbook/logbook"
)

// The first three are those of Python's Logbook, except for the record without a channel,
// which it shows as "None".
func TestLayout(t *testing.T) {
	record := func(l logbook.Level, channel, message string, attrs ...slog.Attr) *logbook.Record {
		return logbook.NewRecord(logbook.RecordData{Level: l, Channel: channel, Message: message, Attrs: attrs})
	}
	for _, c := range []struct {
		layout      notify.Layout
		r           *logbook.Record
		title, text string
	}{
		{r: record(logbook.LevelInfo, "app.web", "Hello, World!"), title: "app.web: Info", text: "Hello, World!"},
		{r: record(logbook.LevelError, "app.web", "Calculation failed for job-7"), title: "app.web: Error", text: "Calculation failed for job-7"},
		{r: record(logbook.LevelDebug, "", "no channel"), title: "Debug", text: "no channel"},
		{r: record(logbook.LevelWarn+1, "a", "m"), title: "a: Warning+1", text: "m"},
		{r: record(logbook.LevelInfo, "a", "m", slog.Int("n", 3)), title: "a: Info", text: "m n=3"},
		{r: record(logbook.LevelInfo, "a", "m\nn\x1b[1m\u202e"), title: "a: Info", text: `m` + "\n" + `n\x1b[1m\u202e`},
		{r: record(logbook.LevelInfo, "a\nb\x00", "m"), title: `a\nb\x00: Info`, text: "m"},
		{
			r: logbook.NewRecord(logbook.RecordData{
				Message: "failed", Error: &logbook.ErrorInfo{Type: "*fs.PathError", Message: "no\nfile", Stack: []slog.Source{{File: "x.go"}}},
			}),
			title: "Info", text: "failed\n*fs.PathError: no\nfile",
		},
		{
			layout: notify.Layout{Title: logbook.MustFormat("My App"), Text: logbook.Options{Formatter: logbook.MustFormat("{record.message}!")}},
			r:      record(logbook.LevelInfo, "a", "m"), title: "My App", text: "m!",
		},
		{
			layout: notify.Layout{
				Title: logbook.FormatterFunc(func(*logbook.Record) string { return "two\nlines" }),
				Text:  logbook.Options{Formatter: logbook.FormatterFunc(func(*logbook.Record) string { return "a\x00\xff\r\n\tb " })},
			},
			r: record(logbook.LevelInfo, "a", "m"), title: `two\nlines`, text: `a\x00\ufffd\r` + "\n    b",
		},
	} {
		title, text, err := c.layout.Format(c.r)
		if err != nil || title != c.title || text != c.text {
			t.Errorf("title %q, text %q, %v; want %q, %q", title, text, err, c.title, c.text)
		}
	}
}

type broken struct{}

func (broken) AppendFormat(b []byte, _ *logbook.Record) ([]byte, error) { return b, errBroken }

var errBroken = errors.New("broken")

func TestLayoutErrors(t *testing.T) {
	r := logbook.NewRecord(logbook.RecordData{Message: "m"})
	for _, l := range []notify.Layout{{Title: broken{}}, {Text: logbook.Options{Formatter: broken{}}}} {
		if _, _, err := l.Format(r); !errors.Is(err, errBroken) {
			t.Errorf("error %v", err)
		}
	}
}

func TestReadsCaller(t *testing.T) {
	reads := logbook.MustFormat("{record.lineno}")
	for _, c := range []struct {
		layout notify.Layout
		want   bool
	}{
		{notify.Layout{}, false},
		{notify.Layout{Title: reads}, true},
		{notify.Layout{Text: logbook.Options{Formatter: reads}}, true},
	} {
		if got := c.layout.ReadsCaller(); got != c.want {
			t.Errorf("%v, want %v", got, c.want)
		}
	}
}

func TestLead(t *testing.T) {
	rs := []*logbook.Record{
		logbook.NewRecord(logbook.RecordData{Message: "first"}), logbook.NewRecord(logbook.RecordData{}),
		logbook.NewRecord(logbook.RecordData{Message: "last"}),
	}
	for _, c := range []struct {
		n          int
		why        logbook.Reason
		lead, note string
		all        bool
	}{
		{3, logbook.ReasonEscalation, "last", "(2 records led up to this)", true},
		{3, logbook.ReasonGroup, "first", "(2 more records in the same group)", true},
		{2, logbook.ReasonGroup, "first", "(1 more record in the same group)", true},
		{1, logbook.ReasonEscalation, "first", "", true},
		{3, logbook.ReasonBuffer, "", "", false},
	} {
		lead, note, all := notify.Lead(rs[:c.n], c.why)
		message := ""
		if lead != nil {
			message = lead.Message()
		}
		if message != c.lead || note != c.note || all != c.all {
			t.Errorf("%d, %s: %q, %q, %v", c.n, c.why, message, note, all)
		}
	}
}
