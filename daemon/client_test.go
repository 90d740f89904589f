package daemon_test

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/daemon"
	"github.com/logbook-go/logbook/logbook"
)

// A client quotes words so that the daemon gets the same ones.
func TestCall(t *testing.T) {
	s := start(t, daemon.Options{Commands: []daemon.Command{alarmLike(), echo("put", daemon.Arg{Name: "text"})}})
	c := s.client(t, nil)
	for _, text := range []string{"x", "a b", "", "{", "}{", "{a}", "\\x7b", "a\nb\t\x00", "größer", "a=b c", "-5"} {
		if got, err := c.Call(t.Context(), "put", text); got != text || err != nil {
			t.Errorf("%q: got %q, %v", text, got, err)
		}
		if got, err := c.Call(t.Context(), "alarm", "--message="+text); got != text+"|" || err != nil {
			t.Errorf("%q: got %q, %v", text, got, err)
		}
		var got string
		if err := c.CallJSON(t.Context(), &got, "put", text); got != text || err != nil {
			t.Errorf("%q: got %q, %v", text, got, err)
		}
	}
	_, err := c.Call(t.Context(), "put")
	if e := (*daemon.ReplyError)(nil); !errors.As(err, &e) || e.Code != daemon.CodeInvalid || e.Error() != "put: missing argument text" || !strings.Contains(e.Help, "Commands:") {
		t.Errorf("%v", err)
	}
	err = c.CallJSON(t.Context(), nil, "put")
	if e := (*daemon.ReplyError)(nil); !errors.As(err, &e) || e.Code != daemon.CodeInvalid || e.Message != "put: missing argument text" {
		t.Errorf("%v", err)
	}
	var n int
	if err := c.CallJSON(t.Context(), &n, "put", "x"); !errors.As(err, new(*daemon.ClientError)) {
		t.Errorf("a reply of another type: %v", err)
	}
}

// original answers as lab_utils' daemon does: it reads once, replies once, and closes.
func original(t *testing.T, replies map[string]string) net.Addr {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	t.Cleanup(func() {
		_ = l.Close()
		<-ended
	})
	go func() {
		defer close(ended)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			b := make([]byte, 1024)
			n, _ := c.Read(b)
			_, _ = io.WriteString(c, replies[strings.TrimRight(string(b[:n]), " \n")])
			_ = c.Close()
		}
	}()
	return l.Addr()
}

// The client works with the daemons of lab_utils, which know no JSON.
func TestOriginalDaemon(t *testing.T) {
	addr := original(t, map[string]string{
		"status":        "warm",
		"fail":          "Unknown exception! Check daemon log!\nValueError: no",
		"half":          "Daemon error, maybe you forgot to set the 'which' argument?\n",
		"none":          "Error! invalid choice: 'none'\n\nDAEMON HELP\nusage: daemon {quit} ...\n",
		"--json status": "Error! unrecognized arguments\n\nDAEMON HELP\n",
	})
	c, err := daemon.NewClient("tcp://"+addr.String(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := c.Call(t.Context(), "status"); got != "warm" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	for command, code := range map[string]daemon.Code{"fail": daemon.CodeFailed, "half": daemon.CodeFailed, "none": daemon.CodeInvalid} {
		_, err := c.Call(t.Context(), command)
		if e := (*daemon.ReplyError)(nil); !errors.As(err, &e) || e.Code != code {
			t.Errorf("%s: %v", command, err)
		}
	}
	if e, err := (*daemon.ReplyError)(nil), c.CallJSON(t.Context(), nil, "status"); !errors.As(err, &e) || e.Code != daemon.CodeInvalid {
		t.Errorf("%v", err)
	}
}

// Without a daemon, or a reply, the client returns a typed error that names the address; the
// context ends a call.
func TestClientErrors(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0") // accepts, and never replies
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = free.Close()
	for name, tt := range map[string]struct {
		address string
		timeout time.Duration
		ctx     context.Context
		op      string
		is      error
	}{
		"no daemon":      {free.Addr().String(), 0, t.Context(), "connect", nil},
		"no reply":       {l.Addr().String(), time.Millisecond, t.Context(), "receive", os.ErrDeadlineExceeded},
		"context ended":  {l.Addr().String(), 0, ended, "connect", context.Canceled},
		"too late to go": {l.Addr().String(), 1, t.Context(), "connect", os.ErrDeadlineExceeded},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := daemon.NewClient("tcp://"+tt.address, &daemon.ClientOptions{Timeout: tt.timeout, Token: "geheim"})
			if err != nil {
				t.Fatal(err)
			}
			_, err = c.Call(tt.ctx, "status")
			e := (*daemon.ClientError)(nil)
			if !errors.As(err, &e) || e.Op != tt.op && name != "no reply" || !strings.Contains(err.Error(), tt.address) || tt.is != nil && !errors.Is(err, tt.is) {
				t.Errorf("got %v", err)
			}
			if strings.Contains(err.Error(), "geheim") {
				t.Errorf("the token is in %v", err)
			}
		})
	}
	for option, o := range map[string]*daemon.ClientOptions{
		"address": nil, "Delimiters": {Delimiters: "{"}, "Timeout": {Timeout: -1}, "MaxReply": {MaxReply: -1}, "Token": {Token: "a b"},
	} {
		address := "tcp://192.0.2.1:1507"
		if option == "address" {
			address = "http://user:geheim@host"
		}
		_, err := daemon.NewClient(address, o)
		if e := (*logbook.OptionError)(nil); !errors.As(err, &e) || e.Option != option || strings.Contains(err.Error(), "geheim") {
			t.Errorf("%s: %v", option, err)
		}
	}
	if _, err := daemon.NewClient("tcp://192.0.2.1:1507", &daemon.ClientOptions{Token: "geheim"}); err == nil || strings.Contains(err.Error(), "geheim") {
		t.Errorf("a token in plaintext: %v", err)
	}
}

// A reply that is longer than the limit is an error.
func TestLongReply(t *testing.T) {
	s := start(t, daemon.Options{Commands: []daemon.Command{echo("put", daemon.Arg{Name: "text"})}})
	c := s.client(t, &daemon.ClientOptions{MaxReply: 1000})
	if got, err := c.Call(t.Context(), "put", strings.Repeat("x", 1000)); len(got) != 1000 || err != nil {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	if _, err := c.Call(t.Context(), "put", strings.Repeat("x", 1001)); !errors.As(err, new(*daemon.ClientError)) {
		t.Errorf("%v", err)
	}
}
