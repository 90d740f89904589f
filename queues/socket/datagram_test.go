package socket_test

import (
	"runtime"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/queues/socket"
)

func TestDatagrams(t *testing.T) {
	o := accept(all...)
	o.MaxFrame = 5000
	s := listen(t, "udp://127.0.0.1:0", o)
	c := dial(t, s)
	for _, tt := range []struct{ datagram, want string }{
		{good, `INFO json: "good" peer=127.0.0.1`},
		{"<11>1 - vm app - - - two\nlines\n", `ERROR app: "two\nlines" facility=user host=vm peer=127.0.0.1`},
		{"x --level {ERROR} --message {a b}", `ERROR x: "a b" peer=127.0.0.1`},
		{pickled(t, "py_sockethandler_plain"), ""},
	} {
		write(t, c, tt.datagram)
		got := showAll(receive(t, s, 1))
		if tt.want == "" && !strings.Contains(got, " lab.gauge: ") || tt.want != "" && got != tt.want {
			t.Errorf("got  %s\nwant %s", got, tt.want)
		}
	}
	for i, bad := range []string{"\x01", "\x00\x00\x00\x05abc", "\x00", "{", "x", strings.Repeat("x", 5001), ""} {
		write(t, c, bad)
		write(t, c, good)
		receive(t, s, 1)
		if n := s.Stats().Count("refused"); n != uint64(min(i+1, 6)) {
			t.Errorf("%.5q: %v", bad, s.Stats())
		}
	}
}

// Each datagram is received, or reported as dropped in the stream, where the system counts.
func TestDroppedDatagrams(t *testing.T) {
	s := listen(t, "udp://127.0.0.1:0", accept(socket.Syslog))
	c := dial(t, s)
	const n = 20000
	message := "<14>x: " + strings.Repeat("x", 1400)
	for range n {
		write(t, c, message)
	}
	received, reported := 0, 0
	for last := false; !last; write(t, c, "<14>last") {
		d, err := s.Receive(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range d.Records {
			switch v, ok := r.Lookup("dropped"); {
			case ok:
				reported += int(v.Int64())
			case r.Message() == "last":
				last = true
			default:
				received++
			}
		}
	}
	if runtime.GOOS == "linux" && (reported == 0 || received+reported < n || received > n) {
		t.Errorf("%d sent, %d received, %d reported", n, received, reported)
	}
	if st := s.Stats(); st.Dropped < uint64(reported) {
		t.Errorf("%v", st)
	}
}
