//go:build unix

package socket_test

import (
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/logbook-go/logbook/handlers/syslog"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues/socket"
)

func socketPath(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "lb")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return filepath.Join(dir, "s")
}

// A peer on a unix socket is known by its process and user.
func TestUnix(t *testing.T) {
	path := socketPath(t)
	o := accept(all...)
	o.Mode = 0o660
	s := listen(t, "unix:"+path, o)
	if info, err := os.Lstat(path); err != nil || info.Mode() != 0o660|fs.ModeSocket {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	send(t, s, "<14>a: one\x00<14>a: two\n<14>a: three")
	peer := ""
	if runtime.GOOS == "linux" {
		peer = fmt.Sprintf(" peer_pid=%d peer_uid=%d", os.Getpid(), os.Getuid())
	}
	want := "INFO a: \"one\" facility=user" + peer + "\nINFO a: \"two\" facility=user" + peer + "\nINFO a: \"three\" facility=user" + peer
	if got := showAll(receive(t, s, 3)); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// Our own syslog handler finds a datagram socket, as that of a local daemon, and a stream.
func TestSyslogHandler(t *testing.T) {
	for _, scheme := range []string{"unix", "unixgram"} {
		path := socketPath(t)
		s := listen(t, scheme+":"+path, accept(socket.Syslog))
		h, err := syslog.New(&syslog.Options{Address: "unix:" + path})
		if err != nil {
			t.Fatal(err)
		}
		if err := h.Handle(logbook.NewRecord(logbook.RecordData{Level: logbook.LevelWarn, Channel: "cart", Message: "sold out"})); err != nil {
			t.Error(err)
		}
		if r := receive(t, s, 1)[0]; r.Level() != logbook.LevelWarn || r.Channel() != "cart" || r.Message() != "sold out" {
			t.Errorf("%s: %s", scheme, show(r))
		}
		_ = h.Close(t.Context())
	}
}

// A listener, or a socket for datagrams, may be handed over.
func TestHandOver(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	a, err := socket.NewSubscriber(l, accept(socket.JSON))
	if err != nil {
		t.Fatal(err)
	}
	defer closeNow(a)
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b, err := socket.NewPacketSubscriber(conn, accept(socket.JSON))
	if err != nil {
		t.Fatal(err)
	}
	defer closeNow(b)
	for _, s := range []*socket.Subscriber{a, b} {
		send(t, s, good)
		if got := showAll(receive(t, s, 1)); got != `INFO json: "good" peer=127.0.0.1` {
			t.Errorf("%s", got)
		}
	}
	for _, f := range []func() error{
		func() error { _, err := socket.NewSubscriber(l, nil); return err },
		func() error { _, err := socket.NewPacketSubscriber(conn, nil); return err },
	} {
		if f() == nil {
			t.Error("accepted without formats")
		}
	}
}
