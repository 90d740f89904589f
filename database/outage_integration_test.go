//go:build integration

package database_test

import (
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/logbook-go/logbook/internal/pgtest"
)

// outage stands between a program and the server, and can be an outage.
type outage struct {
	server string // the path of its socket
	path   string

	mu       sync.Mutex
	listener net.Listener
	conns    map[net.Conn]bool
	running  sync.WaitGroup
}

// newOutage returns the URL of a new database by way of an outage, which is over, and the
// direct URL.
func newOutage(t *testing.T) (o *outage, url, direct string) {
	t.Helper()
	direct = pgtest.URL(t)
	base, server, _ := strings.Cut(direct, "host=")
	dir, err := os.MkdirTemp("", "outage") // the path of a socket must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	o = &outage{server: filepath.Join(server, ".s.PGSQL.5432"), path: filepath.Join(dir, ".s.PGSQL.5432"), conns: make(map[net.Conn]bool)}
	o.end(t)
	t.Cleanup(func() { o.begin() })
	return o, base + "host=" + dir, direct
}

// begin closes all connections, and refuses new ones.
func (o *outage) begin() {
	o.mu.Lock()
	if o.listener != nil {
		_ = o.listener.Close()
		o.listener = nil
	}
	for c := range o.conns {
		_ = c.Close()
	}
	o.mu.Unlock()
	o.running.Wait()
}

// end takes connections again.
func (o *outage) end(t *testing.T) {
	t.Helper()
	listener, err := net.Listen("unix", o.path)
	if err != nil {
		t.Fatal(err)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.listener = listener
	o.running.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			o.running.Go(func() { o.serve(listener, conn) })
		}
	})
}

func (o *outage) serve(listener net.Listener, conn net.Conn) {
	defer conn.Close()
	server, err := net.Dial("unix", o.server)
	if err != nil {
		return
	}
	defer server.Close()
	o.mu.Lock()
	if o.listener != listener {
		o.mu.Unlock()
		return
	}
	o.conns[conn], o.conns[server] = true, true
	o.mu.Unlock()
	var both sync.WaitGroup
	for _, pair := range [][2]net.Conn{{conn, server}, {server, conn}} {
		both.Go(func() {
			_, _ = io.Copy(pair[0], pair[1])
			_ = pair[0].Close()
			_ = pair[1].Close()
		})
	}
	both.Wait()
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.conns, conn)
	delete(o.conns, server)
}
