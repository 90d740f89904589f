package socket_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues/socket"
)

// pickled returns frames that Python sent.
func pickled(t testing.TB, names ...string) string {
	t.Helper()
	var b strings.Builder
	for _, name := range names {
		data, err := os.ReadFile("../../internal/pickle/testdata/" + name + ".bin")
		if err != nil {
			t.Fatal(err)
		}
		b.Write(data)
	}
	return b.String()
}

func counted(messages ...string) (s string) {
	for _, m := range messages {
		s += fmt.Sprintf("%d %s", len(m), m)
	}
	return s
}

func wire(t testing.TB) string {
	t.Helper()
	b, err := logbook.Wire().AppendFormat(nil, logbook.NewRecord(logbook.RecordData{Level: logbook.LevelError, Channel: "db", Message: "lost", PID: 7}))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// samples are streams of each format, with their records.
func samples(t testing.TB) []struct{ name, stream, want string } {
	return []struct{ name, stream, want string }{
		{"JSON", `{"time":"2026-11-20T10:40:31Z","level":"WARN","channel":"web","msg":"slow","ms":12,"peer":"forged"}` + "\n\r\n" + `{"level":"info","msg":"{x}","pid":3}` + "\r\n" + wire(t),
			"WARNING web: \"slow\" ms=12 peer=forged peer=127.0.0.1\n" +
				"INFO json: \"{x}\" pid=3 peer=127.0.0.1\n" + // pid is an attribute
				"ERROR db: \"lost\" pid=7 peer=127.0.0.1"},
		{"syslog", "<11>Nov 20 10:32:01 vm app[12]: failed\n<13>1 2026-11-20T10:41:04Z vm app 6128 ID47 [ex@1 a=\"b\"] hi\n",
			"ERROR app: \"failed\" pid=12 facility=user host=vm pid=12 peer=127.0.0.1\n" +
				"NOTICE app: \"hi\" pid=6128 facility=user host=vm msgid=ID47 ex@1=[a=b] pid=6128 peer=127.0.0.1"},
		{"syslog, octet counting", counted("<11>app: failed\nindented", "<13>1 - - - - - - hi") + "\n" + counted("<14>x"),
			"ERROR app: \"failed\\nindented\" facility=user peer=127.0.0.1\n" +
				"NOTICE syslog: \"hi\" facility=user peer=127.0.0.1\n" +
				"INFO syslog: \"x\" facility=user peer=127.0.0.1"},
		{"pickle", pickled(t, "py_sockethandler_plain", "py_sockethandler_exception", "py_sockethandler_nonascii"), ""},
		{"alarm", "gauge --date {2026-11-20 10:32:01} --level {WARNING} --app {a b} --message {too high}pump --level {SUCCESS} --message {on\nnow}\nx --message y\n",
			"WARNING gauge: \"too high\" app=a b peer=127.0.0.1\n" +
				"SUCCESS pump: \"on\\nnow\" peer=127.0.0.1\n" +
				"INFO x: \"y\" peer=127.0.0.1"},
	}
}

var all = []socket.Format{socket.JSON, socket.Syslog, socket.Pickle, socket.Alarm}

// One port receives all formats, in one piece, and byte by byte.
func TestFormats(t *testing.T) {
	s := listen(t, "tcp://127.0.0.1:0", accept(all...))
	for _, tt := range samples(t) {
		for _, how := range []string{"whole", "bytes"} {
			t.Run(tt.name+", "+how, func(t *testing.T) {
				c := dial(t, s)
				if how == "whole" {
					write(t, c, tt.stream)
				} else {
					r := iotest.OneByteReader(strings.NewReader(tt.stream))
					for b := make([]byte, 1); ; {
						if n, _ := r.Read(b); n == 0 {
							break
						}
						write(t, c, string(b))
					}
				}
				_ = c.Close()
				got := showAll(receive(t, s, 3-btoi(tt.name == "syslog")))
				if tt.want == "" {
					if strings.Count(got, "hostname=HERE") != 3 || strings.Count(got, "peer=127.0.0.1") != 3 || strings.Count(got, " lab.gauge: ") != 3 {
						t.Errorf("got\n%s", got)
					}
				} else if got != tt.want {
					t.Errorf("got\n%s\nwant\n%s", got, tt.want)
				}
			})
		}
	}
	if st := s.Stats(); st.Handled != 28 || st.Held != 0 || st.Dropped != 0 || st.Count("connections") != 10 || st.Count("refused") != 0 {
		t.Errorf("%v", st)
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// A frame that is no record is skipped; a stream without frames ends.
func TestRefused(t *testing.T) {
	const good = `{"msg":"good"}` + "\n"
	huge := strings.Repeat("x", 2000)
	for _, tt := range []struct {
		name, stream string
		accept       []socket.Format
		records      int
		want         string // of the error
	}{
		{"JSON", good + `{"msg":` + "\n" + good, all, 2, "json: not a JSON object"},
		{"a list", good + "[1]\n" + good, all, 2, "json: not a JSON object"},
		{"invalid wire record", good + `{"channel":"a","level":"x","msg":7,"extra":{},"heavy_initialized":true,"information_pulled":true}` + "\n" + good, all, 2, "received record"},
		{"deep JSON", good + strings.Repeat(`{"a":`, 150) + "1" + strings.Repeat("}", 150) + "\n" + good, all, 2, "too deep"},
		{"a long line", good + `{"msg":"` + huge + `"}` + "\n" + good, all, 2, "a frame of more than 1000 bytes"},
		{"a long last line", good + `{"msg":"` + huge, all, 1, "a frame of more than 1000 bytes"},
		{"a cut line", good + `{"msg":"x`, all, 1, "not a JSON object"},
		{"unknown format", "\x16\x03\x01\x02", all, 0, `the first byte is '\x16'`},
		{"format that is not accepted", good, []socket.Format{socket.Syslog, socket.Alarm}, 0, `the first byte is '{'`},
		{"length 0", "\x00\x00\x00\x00", all, 0, "a frame of length 0"},
		{"length 4 GiB", "\xff\xff\xff\xff" + huge, []socket.Format{socket.Pickle}, 0, "length 4294967295, with at most 1000"},
		{"length 1001", "\x00\x00\x03\xe9" + huge, all, 0, "length 1001, with at most 1000"},
		{"a cut length", "\x00\x00", all, 0, "unexpected EOF"},
		{"a cut pickle", "\x00\x00\x00\x09abc", all, 0, "unexpected EOF"},
		{"a pickle that is no dict", pickled(t, "py_hostile_not_dict", "py_sockethandler_plain"), all, 1, "pickle: "},
		{"a deep pickle", pickled(t, "py_sockethandler_plain") + "\x00\x00\x00\xc8" + strings.Repeat("(", 200) + pickled(t, "py_sockethandler_plain"), all, 2, "pickle: "},
		{"octets, negative", counted("<14>x") + "-1 <14>x", all, 1, "a frame without its length"},
		{"octets, 0", counted("<14>x") + "0 <14>x", all, 1, "a frame without its length"},
		{"octets, 4 GiB", counted("<14>x") + "4294967296 <14>x", all, 1, "length 4294967296, with at most 1000"},
		{"octets, many digits", counted("<14>x") + "12345678901", all, 1, "a frame without its length"},
		{"octets, a cut message", counted("<14>x") + "9 <14>x", all, 1, "unexpected EOF"},
		{"octets, a cut length", counted("<14>x") + "9", all, 1, "unexpected EOF"},
		{"alarm", "x --message {a}\nquit\nx --message {b}", all, 2, "alarm: want NAME"},
		{"alarm that does not end", "x --message {" + huge, all, 0, "a frame of more than 1000 bytes"},
		{"an HTTP request", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", all, 0, "alarm: want NAME"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := accept(tt.accept...)
			o.MaxFrame = 1000
			s := listen(t, "tcp://127.0.0.1:0", o)
			c := dial(t, s)
			write(t, c, tt.stream)
			_ = c.Close()
			got, before := report(t, s)
			if !strings.Contains(got, tt.want) || !strings.Contains(got, s.Addr().String()) {
				t.Errorf("report %q, want %q", got, tt.want)
			}
			records := 0
			for _, r := range append(before, finish(t, s)...) {
				if r.Channel() != "logbook" {
					records++
				}
			}
			if records != tt.records || s.Stats().Handled != uint64(records) {
				t.Errorf("%d records, want %d; %v", records, tt.records, s.Stats())
			}
		})
	}
}
