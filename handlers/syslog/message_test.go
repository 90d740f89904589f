package syslog_test

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/logbook-go/logbook/handlers/syslog"
	"github.com/logbook-go/logbook/logbook"
)

const (
	unixSocket = "unix:/dev/null"
	udp        = "udp://127.0.0.1"
	tcp        = "tcp://127.0.0.1"
)

func TestMessages(t *testing.T) {
	attrs := []slog.Attr{slog.Int("n", 1), slog.Group("req", slog.String("path", "/a b"), slog.Bool("ok", true))}
	failed := logbook.RecordData{Level: logbook.LevelError, Channel: "app.web", Message: "failed", Cause: io.ErrUnexpectedEOF, PID: 1}
	multiline := logbook.Must(logbook.Format("{record.channel}: {record.message}", &logbook.FormatOptions{Multiline: true}))
	twoLines := logbook.RecordData{Channel: "app.web", Message: "two\nlines", PID: 1}
	for _, tt := range []struct {
		name string
		o    syslog.Options
		d    logbook.RecordData
		want []string
	}{
		{"attributes", syslog.Options{Address: unixSocket}, logbook.RecordData{Channel: "app.web", Template: "n is {n}", Attrs: attrs},
			[]string{"<14>app.web: n is 1 req.path=\"/a b\" req.ok=true\x00"}},
		{"no channel", syslog.Options{Address: unixSocket}, logbook.RecordData{Message: "text"}, []string{"<14>text\x00"}},
		{"no channel", syslog.Options{Address: udp}, logbook.RecordData{Message: "text", PID: 1}, []string{"<14>1 - host - 1 - - text\n"}},
		{"lines of the data", syslog.Options{Address: udp}, twoLines, []string{`<14>1 - host app.web 1 - - two\nlines` + "\n"}},
		{"lines of a formatter", syslog.Options{Address: udp, AppName: "myapp", Formatter: multiline}, twoLines,
			[]string{"<14>1 - host myapp 1 - - app.web: two\n", "<14>1 - host myapp 1 - - lines\n"}},
		{"octet counting", syslog.Options{Address: tcp, Framing: syslog.OctetCounting, Formatter: multiline}, twoLines,
			[]string{"39 <14>1 - host - 1 - - app.web: two\nlines"}},
		{"an empty text", syslog.Options{Address: udp, Formatter: logbook.MustFormat("")}, twoLines, []string{"<14>1 - host - 1 - - \n"}},
		{"a newline at the end", syslog.Options{Address: udp, Formatter: logbook.MustFormat("a\n")}, twoLines, []string{"<14>1 - host - 1 - - a\n"}},
		{"traceback", syslog.Options{Address: unixSocket}, failed,
			[]string{"<11>app.web: failed\n  | *errors.errorString: unexpected EOF\x00"}},
		{"traceback, by lines", syslog.Options{Address: unixSocket, Framing: syslog.Newline}, failed,
			[]string{"<11>app.web: failed\n", "<11>app.web:   | *errors.errorString: unexpected EOF\n"}},
		{"traceback, RFC 5424", syslog.Options{Address: udp, AppName: "myapp"}, failed,
			[]string{"<11>1 - host myapp 1 - - app.web: failed\n", "<11>1 - host myapp 1 - - app.web:   | *errors.errorString: unexpected EOF\n"}},
		{"hostile channel", syslog.Options{Address: unixSocket}, logbook.RecordData{Channel: "a\n<10>b\x00", Message: "text"},
			[]string{`<14>a\n<10>b\x00: text` + "\x00"}},
		{"channel that is no APP-NAME", syslog.Options{Address: udp}, logbook.RecordData{Channel: "Grün 1", Message: "text", PID: 1},
			[]string{"<14>1 - host Gr_n_1 1 - - Grün 1: text\n"}},
		{"long channel", syslog.Options{Address: udp}, logbook.RecordData{Channel: strings.Repeat("c", 49), Message: "text", PID: 1},
			[]string{"<14>1 - host " + strings.Repeat("c", 48) + " 1 - - " + strings.Repeat("c", 49) + ": text\n"}},
		{"names with spaces", syslog.Options{Address: udp, AppName: "logbook example\n", Hostname: "my host"}, logbook.RecordData{Channel: "c", Message: "text", PID: 1},
			[]string{"<14>1 - my_host logbook_example_ 1 - - c: text\n"}},
		{"names with spaces", syslog.Options{Address: unixSocket, AppName: "logbook example\n"}, logbook.RecordData{Channel: "c", Message: "text"},
			[]string{`<14>logbook example\n:c: text` + "\x00"}},
		{"RFC 5424 on a unix socket", syslog.Options{Address: unixSocket, Format: syslog.RFC5424, AppName: "myapp"}, twoLines,
			[]string{"<14>1 - host myapp 1 - - app.web: two\\nlines\x00"}},
		{"RFC 3164 over TCP", syslog.Options{Address: tcp, Format: syslog.RFC3164, AppName: "myapp"}, twoLines,
			[]string{"<14>myapp:app.web: two\\nlines\n"}},
		{"structured data", syslog.Options{Address: udp, AppName: "myapp", StructuredData: "app@32473"},
			logbook.RecordData{Channel: "c", Template: "n is {n}", Attrs: attrs, PID: 1},
			[]string{`<14>1 - host myapp 1 - [app@32473 n="1" req.path="/a b" req.ok="true"] c: n is 1` + "\n"}},
		{"no structured data", syslog.Options{Address: udp, StructuredData: "app@32473"},
			logbook.RecordData{Channel: "c", Message: "text", PID: 1}, []string{"<14>1 - host c 1 - - text\n"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.o.Hostname == "" {
				tt.o.Hostname = "host"
			}
			if got := syslog.Messages(&tt.o, logbook.NewRecord(tt.d)); !slices.Equal(got, tt.want) {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

func TestStructuredData(t *testing.T) {
	when := time.Date(2024, 2, 29, 13, 37, 42, 0, time.UTC)
	for _, tt := range []struct {
		attrs []slog.Attr
		want  string
	}{
		{nil, "-"},
		{[]slog.Attr{{}, slog.Group("g")}, "-"},
		{[]slog.Attr{slog.String("a", `say "hi" \ [x]`)}, `[id a="say \"hi\" \\ [x\]"]`},
		{[]slog.Attr{slog.String("a", "two\nlines\x1b\u202e\xff")}, `[id a="two\\nlines\\x1b\\u202e\\ufffd"]`},
		{[]slog.Attr{slog.String("a", ""), slog.String("ä", "ö")}, `[id a="" _="ö"]`},
		{[]slog.Attr{slog.String(`a b="c"]`, "x"), slog.String("", "y")}, `[id a_b__c__="x" _="y"]`},
		{[]slog.Attr{slog.String(strings.Repeat("k", 40), "x")}, `[id ` + strings.Repeat("k", 32) + `="x"]`},
		{[]slog.Attr{slog.Group("g", slog.Group("h", slog.Int("n", 1)), slog.Group("", slog.Int("m", 2)))}, `[id g.h.n="1" g.m="2"]`},
		{[]slog.Attr{slog.Duration("d", 1500*time.Millisecond), slog.Time("t", when), slog.Any("e", io.EOF), slog.Any("nil", nil)},
			`[id d="1.5s" t="2024-02-29T13:37:42Z" e="EOF" nil="<nil>"]`},
		{[]slog.Attr{slog.Int("n", 1), slog.String("long", strings.Repeat("x", 200)), slog.Int("m", 2)},
			`[id n="1" m="2" attributes_left_out="1"]`},
		{[]slog.Attr{slog.Int("n", 1), slog.Int("n", 2)}, `[id n="1" n="2"]`},
	} {
		if got := syslog.StructuredData("id", logbook.NewRecord(logbook.RecordData{Message: "m", Attrs: tt.attrs}), 150); got != tt.want {
			t.Errorf("%v:\ngot  %s\nwant %s", tt.attrs, got, tt.want)
		}
	}
	var many []slog.Attr
	for i := range 1000 {
		many = append(many, slog.String("key", strconv.Itoa(i)))
	}
	r := logbook.NewRecord(logbook.RecordData{Message: "m", Attrs: many})
	got := syslog.StructuredData("id", r, 150)
	if len(got) > 150 || len(got) < 100 || !strings.HasSuffix(got, ` attributes_left_out="`+strconv.Itoa(1000-strings.Count(got, "key="))+`"]`) {
		t.Errorf("%d bytes: %s", len(got), got)
	}
}

func TestCut(t *testing.T) {
	size := func(o syslog.Options, message, channel string) (n int, end string) {
		t.Helper()
		o.AppName, o.Hostname = "myapp", "host"
		all := syslog.Messages(&o, logbook.NewRecord(logbook.RecordData{Message: message, Channel: channel, PID: 1}))
		if len(all) != 1 {
			t.Fatalf("%d messages", len(all))
		}
		got := all[0]
		if o.Framing == syslog.OctetCounting {
			_, rest, _ := strings.Cut(got, " ")
			return len(rest), rest[len(rest)-10:]
		}
		return len(got) - 1, got[len(got)-11 : len(got)-1]
	}
	long := strings.Repeat("x", 10_000)
	for _, tt := range []struct {
		o    syslog.Options
		want int
	}{
		{syslog.Options{Address: unixSocket}, 8096},
		{syslog.Options{Address: udp}, 2048},
		{syslog.Options{Address: udp, Format: syslog.RFC3164}, 1024},
		{syslog.Options{Address: tcp}, 8096},
		{syslog.Options{Address: tcp, Framing: syslog.OctetCounting}, 8096},
		{syslog.Options{Address: udp, MaxSize: 480}, 480},
	} {
		if n, end := size(tt.o, long, "c"); n != tt.want || end != "xx...(cut)" {
			t.Errorf("%+v: %d bytes, the last %q; want %d", tt.o, n, end, tt.want)
		}
	}
	small := syslog.Options{Address: unixSocket, MaxSize: 480}
	header := len("<14>myapp:c: ")
	if n, end := size(small, long[:480-header], "c"); n != 480 || end != "xxxxxxxxxx" {
		t.Errorf("the longest that fits: %d bytes, the last %q", n, end)
	}
	if n, end := size(small, long[:480-header-8-2]+strings.Repeat("€", 5), "c"); n != 478 || end != "xx...(cut)" {
		t.Errorf("cut within a rune: %d bytes, the last %q", n, end)
	}
	if n, end := size(small, "text", long); n != 480 || end != "cc...(cut)" && end != "xx...(cut)" {
		t.Errorf("a long channel: %d bytes, the last %q", n, end)
	}

	server := startUDP(t)
	h := newHandler(t, syslog.Options{Address: server.address, Formatter: logbook.FormatterFunc((*logbook.Record).Message)})
	handle(t, h, sample(logbook.LevelInfo, long+"\nshort\n"+long))
	if got, want := h.Stats().String(), "handled 1, cuts 2"; got != want {
		t.Errorf("stats %+v, want %+v", got, want)
	}
}

// With a long header on each of its lines, a record takes no more than a few MiB.
func TestManyLines(t *testing.T) {
	server := startStream(t, "tcp", "127.0.0.1:0")
	h, p := connect(t, server, syslog.Options{Address: server.address, StructuredData: "app@1"})
	received := make(chan []byte)
	go func() {
		b, _ := io.ReadAll(p) // until the handler closes it
		received <- b
	}()
	handle(t, h, logbook.NewRecord(logbook.RecordData{
		Message: "failed", Cause: errors.New(strings.Repeat("line\n", 40_000)), Attrs: []slog.Attr{slog.String("long", strings.Repeat("x", 3000))},
	}))
	if got, want := h.Stats().String(), "handled 1, cuts 1"; got != want {
		t.Errorf("stats %+v, want %+v", got, want)
	}
	if err := h.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if b := <-received; len(b) < 4<<20 || len(b) > 5<<20 || !strings.HasSuffix(string(b), "...(cut)\n") {
		t.Errorf("%d bytes, the last %q", len(b), b[max(0, len(b)-20):])
	}
}

// FuzzMessage checks that, whatever the data, each message is valid by RFC 5424 and has
// the right header.
func FuzzMessage(f *testing.F) {
	f.Add("channel", "message", "key", "value", "app", "host")
	f.Add("a\nb", "two\nlines", `k="]`, `v"\]`, "my app", "ä")
	f.Add("", "", "", "", "", "")
	f.Add("\x00", "<12>1 - - - - - -", "a.b", "\x1b[31m\u202e\xff", "-", " ")
	f.Add(strings.Repeat("c", 3000), strings.Repeat("€", 3000), strings.Repeat("k", 50), strings.Repeat("]", 3000), strings.Repeat("a", 100), strings.Repeat("h", 300))
	f.Fuzz(func(t *testing.T, channel, message, key, value, app, host string) {
		r := logbook.NewRecord(logbook.RecordData{
			Channel: channel, Message: message, PID: 4242, Cause: errors.New(value), Time: time.Unix(0, 0),
			Attrs: []slog.Attr{slog.String(key, value), slog.Group(value, slog.String(key, message))},
		})
		for _, o := range []syslog.Options{
			{Address: udp}, {Address: udp, StructuredData: "app@32473"}, {Address: tcp, Framing: syslog.OctetCounting, StructuredData: "x"},
		} {
			o.AppName, o.Hostname = app, host
			for _, m := range syslog.Messages(&o, r) {
				if err := check5424(m, o); err != nil {
					t.Errorf("%v: %.500q", err, m)
				}
			}
		}
		for _, m := range syslog.Messages(&syslog.Options{Address: unixSocket, AppName: app}, r) {
			if strings.Count(m, "\x00") != 1 || !strings.HasPrefix(m, "<14>") || strings.Count(m, "\n") > 1+strings.Count(value, "\n") {
				t.Errorf("RFC 3164: %.500q", m)
			}
		}
	})
}

// check5424 parses a message strictly.
func check5424(m string, o syslog.Options) error {
	if o.Framing == syslog.OctetCounting {
		count, rest, _ := strings.Cut(m, " ")
		if n, err := strconv.Atoi(count); err != nil || n != len(rest) {
			return errors.New("wrong count")
		}
		m = rest
	} else {
		rest, ok := strings.CutSuffix(m, "\n")
		if !ok || strings.Contains(rest, "\n") {
			return errors.New("not one line")
		}
		m = rest
	}
	if !utf8.ValidString(m) {
		return errors.New("no UTF-8")
	}
	for _, c := range m {
		if c != '\n' && unicode.IsControl(c) {
			return fmt.Errorf("control character %q", c)
		}
	}
	if o.MaxSize == 0 && len(m) > 8096 {
		return errors.New("too long")
	}
	limits := []int{0, 0, 255, 48, 128} // priority and version, time, host, app, pid
	for i, limit := range limits {
		field, rest, ok := strings.Cut(m, " ")
		if !ok || field == "" || limit > 0 && len(field) > limit {
			return fmt.Errorf("field %d is %q", i, field)
		}
		for _, c := range []byte(field) {
			if c <= ' ' || c > '~' {
				return fmt.Errorf("field %d is %q", i, field)
			}
		}
		want := map[int]string{0: "<14>1", 1: "1970-01-01T00:00:00Z", 4: "4242"}
		if w, ok := want[i]; ok && field != w {
			return fmt.Errorf("field %d is %q, want %q", i, field, w)
		}
		m = rest
	}
	if !strings.HasPrefix(m, "- ") {
		return errors.New("the message id is not empty")
	}
	m = m[2:]
	if o.StructuredData == "" {
		if m != "- " && !strings.HasPrefix(m, "- ") {
			return errors.New("there is structured data")
		}
		return nil
	}
	rest, ok := strings.CutPrefix(m, "["+o.StructuredData)
	if !ok {
		return errors.New("no structured data")
	}
	for strings.HasPrefix(rest, " ") {
		name, value, ok := strings.Cut(rest[1:], `="`)
		if !ok || name == "" || len(name) > 32 || strings.ContainsAny(name, `=]" `) {
			return fmt.Errorf("parameter name %q", name)
		}
		end := -1
		for i := 0; i < len(value) && end < 0; i++ {
			switch value[i] {
			case '\\':
				i++
				if i == len(value) || strings.IndexByte(`"\]`, value[i]) < 0 {
					return errors.New("wrong escape")
				}
			case ']':
				return errors.New("a bracket is not escaped")
			case '"':
				end = i
			}
		}
		if end < 0 {
			return errors.New("a value does not end")
		}
		rest = value[end+1:]
	}
	if !strings.HasPrefix(rest, "] ") {
		return fmt.Errorf("after the structured data stands %q", rest)
	}
	return nil
}

// Over TLS messages have octet counts, as RFC 5425 requires, and the certificate is
// verified.
func TestTLS(t *testing.T) {
	cert, roots := certificate(t)
	server := startStream(t, "tcp", "127.0.0.1:0")
	plain := server.Listener
	server.Listener = handshaking{tls.NewListener(plain, &tls.Config{Certificates: []tls.Certificate{cert}})}
	o := syslog.Options{Address: strings.Replace(server.address, "tcp:", "tls:", 1), TLSConfig: &tls.Config{RootCAs: roots}}
	h, p := connect(t, server, o)
	handle(t, h, sample(logbook.LevelWarn, "text"))
	const want = "<12>1 2024-02-29T13:37:42.005000Z host.example app.web 4242 - - text"
	if got := p.receive(t, "text"); got != strconv.Itoa(len(want))+" "+want {
		t.Errorf("got %q", got)
	}
	go func() {
		c, err := server.Accept()
		if err == nil {
			_ = c.Close()
			t.Error("a client that does not know the certificate was served")
		}
	}()
	o.TLSConfig, o.Timeout = nil, patience
	_, err := syslog.New(&o)
	var verification *tls.CertificateVerificationError
	if e := asError(t, err); e.Op != "connect" || !errors.As(err, &verification) {
		t.Errorf("error %v", err)
	}
}
