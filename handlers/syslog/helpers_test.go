package syslog_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/logbook-go/logbook/handlers/syslog"
	"github.com/logbook-go/logbook/internal/leaktest"
	"github.com/logbook-go/logbook/logbook"
)

// patience bounds how long a test waits for an event that must happen, even on a busy
// machine.
const patience = 2 * time.Minute

func TestMain(m *testing.M) { leaktest.Main(m) }

// sample returns the record that most tests send.
func sample(level logbook.Level, message string) *logbook.Record {
	return logbook.NewRecord(logbook.RecordData{
		Time: time.Date(2024, 2, 29, 13, 37, 42, 5e6, time.UTC), Level: level, Channel: "app.web", Message: message, PID: 4242,
	})
}

func newHandler(t testing.TB, o syslog.Options) *syslog.Handler {
	t.Helper()
	if o.Hostname == "" {
		o.Hostname = "host.example"
	}
	if o.Timeout == 0 {
		o.Timeout = patience
	}
	h, err := syslog.New(&o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
	return h
}

// handle sends a record that must arrive.
func handle(t testing.TB, h logbook.Handler, r *logbook.Record) {
	t.Helper()
	if err := h.Handle(r); err != nil {
		t.Fatal(err)
	}
}

// datagramServer receives datagrams.
type datagramServer struct {
	net.PacketConn
	address string // for Options.Address
}

func startUDP(t testing.TB) *datagramServer {
	t.Helper()
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return &datagramServer{c, "udp://" + c.LocalAddr().String()}
}

// socketPath returns a path short enough for a unix socket.
func socketPath(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "syslog")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return filepath.Join(dir, "log")
}

func startUnixgram(t testing.TB, path string) *datagramServer {
	t.Helper()
	c, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Net: "unixgram", Name: path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return &datagramServer{c, "unix:" + path}
}

// receive returns the next datagram.
func (s *datagramServer) receive(t testing.TB) string {
	t.Helper()
	_ = s.SetReadDeadline(time.Now().Add(patience))
	b := make([]byte, 1<<16)
	n, _, err := s.ReadFrom(b)
	if err != nil {
		t.Fatal(err)
	}
	return string(b[:n])
}

// streamServer accepts connections.
type streamServer struct {
	net.Listener
	address string
}

func startStream(t testing.TB, network, address string) *streamServer {
	t.Helper()
	l, err := net.Listen(network, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	if network == "unix" {
		return &streamServer{l, "unix:" + address}
	}
	return &streamServer{l, "tcp://" + l.Addr().String()}
}

// peer is the server's end of a connection.
type peer struct {
	net.Conn
	buffer []byte
}

func (s *streamServer) accept(t testing.TB) *peer {
	t.Helper()
	return <-s.accepting(t)
}

// accepting accepts a connection in the background. The channel is closed if that fails.
func (s *streamServer) accepting(t testing.TB) <-chan *peer {
	if l, ok := s.Listener.(interface{ SetDeadline(time.Time) error }); ok {
		_ = l.SetDeadline(time.Now().Add(patience))
	}
	accepted := make(chan *peer, 1)
	go func() {
		defer close(accepted)
		c, err := s.Accept()
		if err != nil {
			t.Error(err)
			return
		}
		t.Cleanup(func() { _ = c.Close() })
		accepted <- &peer{Conn: c}
	}()
	return accepted
}

// receive returns the next bytes, up to the end mark.
func (p *peer) receive(t testing.TB, end string) string {
	t.Helper()
	if p == nil {
		t.Fatal("there is no connection")
	}
	_ = p.SetReadDeadline(time.Now().Add(patience))
	b := make([]byte, 4096)
	for {
		if i := bytes.Index(p.buffer, []byte(end)); i >= 0 {
			i += len(end)
			got := string(p.buffer[:i])
			p.buffer = p.buffer[i:]
			return got
		}
		n, err := p.Read(b)
		p.buffer = append(p.buffer, b[:n]...)
		if err != nil {
			t.Fatalf("%v after %q", err, p.buffer)
		}
	}
}

// certificate makes a self-signed certificate for 127.0.0.1.
func certificate(t testing.TB) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "127.0.0.1"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

// asError returns the error as a [*syslog.Error].
func asError(t testing.TB, err error) *syslog.Error {
	t.Helper()
	var e *syslog.Error
	if !errors.As(err, &e) {
		t.Fatalf("%v is no *syslog.Error", err)
	}
	return e
}
