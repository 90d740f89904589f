package listener_test

import (
	"context"
	"io"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/logbook-go/logbook/internal/listener"
)

// Another server accepts the connections that the limits let through.
func TestHandover(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var e events
		p := newPipes()
		s := &listener.Server{Refused: e.add, Limits: listener.Limits{Connections: 2, PerAddress: 2}}
		l := s.Handover()
		s.Start(p)
		accept := func() net.Conn {
			c, err := l.Accept()
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
		a := p.dial(t, "10.0.0.1")
		served := accept()
		if peer := listener.HandedOver(served).Peer; peer.String() != "10.0.0.1" || listener.HandedOver(a) != nil {
			t.Errorf("peer %q", peer)
		}
		go send(t, a, "hello")
		time.Sleep(2 * time.Hour) // without a limit
		if b, err := io.ReadAll(io.LimitReader(served, 5)); string(b) != "hello" {
			t.Errorf("read %q, %v", b, err)
		}
		listener.HandedOver(served).Settle()
		b := p.dial(t, "10.0.0.1")
		replaced := accept()
		c := p.dial(t, "10.0.0.1") // in place of b
		e.want(t)
		if _, err := replaced.Read(make([]byte, 1)); err == nil {
			t.Error("the replaced connection is open")
		}
		_, _ = accept(), c
		if _, err := b.Write([]byte("x")); err == nil {
			t.Error("the replaced connection is open for its peer")
		}
		_ = served.Close()
		_ = served.Close()
		synctest.Wait()
		if total, open := s.Accepted(); total != 3 || open != 1 {
			t.Errorf("%d accepted, %d open", total, open)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		_ = l.Close()
		if _, err := l.Accept(); err == nil {
			t.Error("accepted after Close")
		}
		start := time.Now()
		if cut := s.Close(ctx); cut != 1 || time.Since(start) != time.Minute {
			t.Errorf("%d cut after %v", cut, time.Since(start))
		}
	})
}
