package netlink_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/internal/netlink"
)

// files makes a self-signed certificate for a server and a client on this machine, and
// returns the paths of it and of its key.
func files(t *testing.T) (cert, key string) {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"},
		NotBefore: time.Unix(0, 0), NotAfter: time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &k.PublicKey, k)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, block := range map[string]*pem.Block{"cert.pem": {Type: "CERTIFICATE", Bytes: der}, "key.pem": {Type: "PRIVATE KEY", Bytes: keyDER}} {
		if err := os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
}

// A stream notices that its peer has hung up, with and without TLS, and not before.
func TestStream(t *testing.T) {
	cert, key := files(t)
	both, err := netlink.TLSFiles{CA: cert, Cert: cert, Key: key}.Config()
	if err != nil {
		t.Fatal(err)
	}
	server := &tls.Config{Certificates: both.Certificates, ClientCAs: both.RootCAs, ClientAuth: tls.RequireAndVerifyClientCert}
	for name, config := range map[string]*tls.Config{"plain": nil, "TLS": netlink.ClientTLS(both, "127.0.0.1")} {
		t.Run(name, func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			lines, hangUp := make(chan string), make(chan bool)
			go func() {
				c, err := l.Accept()
				if err != nil {
					return
				}
				defer c.Close()
				if config != nil {
					c = tls.Server(c, server)
				}
				b := make([]byte, 5)
				_, _ = io.ReadFull(c, b)
				lines <- string(b)
				<-hangUp
			}()
			s, err := netlink.DialStream(t.Context(), "tcp", l.Addr().String(), config)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			if _, err := io.WriteString(s, "hello"); err != nil {
				t.Fatal(err)
			}
			if got := <-lines; got != "hello" || s.HungUp() {
				t.Errorf("sent %q, hung up: %t", got, s.HungUp())
			}
			close(hangUp)
			for !s.HungUp() { // until the system has noticed
				runtime.Gosched()
			}
			if err := s.Abort(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestTLSFiles(t *testing.T) {
	cert, key := files(t)
	empty := filepath.Join(t.TempDir(), "empty.pem")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if c, err := (netlink.TLSFiles{}).Config(); c != nil || err != nil {
		t.Errorf("no files: %v, %v", c, err)
	}
	for _, tt := range []struct {
		files netlink.TLSFiles
		want  string
	}{
		{netlink.TLSFiles{CA: cert}, ""},
		{netlink.TLSFiles{Cert: cert, Key: key}, ""},
		{netlink.TLSFiles{Cert: cert}, "both a certificate and a key"},
		{netlink.TLSFiles{Key: key}, "both a certificate and a key"},
		{netlink.TLSFiles{CA: "nowhere"}, "no such file"},
		{netlink.TLSFiles{CA: empty}, "want certificates in PEM"},
		{netlink.TLSFiles{Cert: empty, Key: key}, "PEM"},
	} {
		c, err := tt.files.Config()
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) || err == nil && c == nil {
			t.Errorf("%+v: %v", tt.files, err)
		}
	}
}

func TestClientTLS(t *testing.T) {
	given := &tls.Config{MinVersion: tls.VersionTLS13}
	for host, want := range map[string]string{"a.example": "a.example", "fe80::1%eth0": "fe80::1"} {
		if c := netlink.ClientTLS(given, host); c.ServerName != want || c.MinVersion != tls.VersionTLS13 || given.ServerName != "" {
			t.Errorf("%s: %q", host, c.ServerName)
		}
	}
	if c := netlink.ClientTLS(&tls.Config{ServerName: "b.example"}, "a.example"); c.ServerName != "b.example" {
		t.Errorf("%q", c.ServerName)
	}
	if c := netlink.ClientTLS(nil, "a.example"); c.ServerName != "a.example" {
		t.Errorf("%q", c.ServerName)
	}
}
