package mongodb_test

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// proxy stands between a store and its server, and does something at one of the commands that
// write.
type proxy struct {
	uri      string
	server   string
	listener net.Listener

	mu     sync.Mutex
	conns  []net.Conn
	count  int // commands that write, since arm
	at     int
	before func() // before the server receives the command with the number at
	after  func() // before the client receives the answer
}

func newProxy(t testing.TB, uri string) *proxy {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server, database, _ := strings.Cut(strings.TrimPrefix(uri, "mongodb://"), "/")
	p := &proxy{uri: "mongodb://" + listener.Addr().String() + "/" + database + "?serverMonitoringMode=poll", server: server, listener: listener}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			serving.Go(func() { p.serve(c) })
		}
	})
	t.Cleanup(func() {
		p.cut()
		serving.Wait()
	})
	return p
}

// arm lets a function be called at the command with a number, from 1.
func (p *proxy) arm(at int, before, after func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.count, p.at, p.before, p.after = 0, at, before, after
}

// cut ends all connections, and takes no more.
func (p *proxy) cut() {
	p.listener.Close()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.conns {
		c.Close()
	}
	p.conns = nil
}

// hit counts a command, and returns what is to be done.
func (p *proxy) hit(message []byte) (before, after func()) {
	nothing := func() {}
	before, after = nothing, nothing
	if binary.LittleEndian.Uint32(message[12:]) != 2013 { // OP_MSG
		return
	}
	elements, err := bson.Raw(message[21:]).Elements()
	if err != nil && len(elements) == 0 {
		return
	}
	switch elements[0].Key() {
	case "insert", "update", "delete":
	default:
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.count++; p.count == p.at {
		if p.before != nil {
			before = p.before
		}
		if p.after != nil {
			after = p.after
		}
	}
	return
}

func (p *proxy) serve(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", p.server)
	if err != nil {
		return
	}
	defer server.Close()
	p.mu.Lock()
	p.conns = append(p.conns, client, server)
	p.mu.Unlock()
	for {
		request, err := message(client)
		if err != nil {
			return
		}
		before, after := p.hit(request)
		before()
		if _, err := server.Write(request); err != nil {
			return
		}
		answer, err := message(server)
		if err != nil {
			return
		}
		after()
		if _, err := client.Write(answer); err != nil {
			return
		}
	}
}

func message(r io.Reader) ([]byte, error) {
	length := make([]byte, 4)
	if _, err := io.ReadFull(r, length); err != nil {
		return nil, err
	}
	n := binary.LittleEndian.Uint32(length)
	if n < 16 || n > 48<<20 {
		return nil, errors.New("not a message")
	}
	b := append(length, make([]byte, n-4)...)
	_, err := io.ReadFull(r, b[4:])
	return b, err
}
