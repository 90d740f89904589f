package socket_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/queues/socket"
)

// authority signs certificates.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pool *x509.CertPool
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{cert: &x509.Certificate{IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}, pool: x509.NewCertPool()}
	pair := a.issue(t, a.cert)
	a.key = pair.PrivateKey.(*ecdsa.PrivateKey)
	a.cert = pair.Leaf
	a.pool.AddCert(a.cert)
	return a
}

// issue signs a certificate, by itself if there is no key yet.
func (a *authority) issue(t *testing.T, template *x509.Certificate) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template.SerialNumber, template.Subject = big.NewInt(1), pkix.Name{CommonName: "test"}
	template.NotBefore, template.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	signer := a.key
	if signer == nil {
		signer = key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &key.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

func (a *authority) server(t *testing.T) tls.Certificate {
	return a.issue(t, &x509.Certificate{IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}})
}

func (a *authority) client(t *testing.T) tls.Certificate {
	return a.issue(t, &x509.Certificate{ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
}

// A client without the right certificate delivers nothing; it is counted, and reported
// once.
func TestMutualTLS(t *testing.T) {
	ca, other := newAuthority(t), newAuthority(t)
	o := accept(socket.JSON)
	o.TLSConfig = &tls.Config{Certificates: []tls.Certificate{ca.server(t)}, ClientCAs: ca.pool, ClientAuth: tls.RequireAndVerifyClientCert}
	s := listen(t, "tls://127.0.0.1:0", o)
	attempt := func(certs ...tls.Certificate) {
		t.Helper()
		c, err := tls.Dial("tcp", s.Addr().String(), &tls.Config{RootCAs: ca.pool, GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			if len(certs) > 0 {
				return &certs[0], nil
			}
			return new(tls.Certificate), nil
		}})
		if err != nil {
			t.Fatal(err) // with TLS 1.3 a client learns it later
		}
		_, _ = c.Write([]byte(good))
		_ = c.Close()
	}
	attempt()
	if text, before := report(t, s); len(before) > 0 || !strings.Contains(text, "certificate") {
		t.Errorf("%q, %d records", text, len(before))
	}
	attempt(other.client(t))
	plain := dial(t, s)
	write(t, plain, good)
	for s.Stats().Count("refused") < 3 {
		runtime.Gosched()
	}
	attempt(ca.client(t))
	if rs := receive(t, s, 1); rs[0].Text("peer") != "127.0.0.1" {
		t.Errorf("%s", show(rs[0]))
	}
	if st := s.Stats(); st.Handled != 1 || st.Count("refused") != 3 {
		t.Errorf("%v", st)
	}
	rest := finish(t, s)
	if len(rest) != 1 || !strings.HasPrefix(rest[0].Message(), "refused ") {
		t.Errorf("%s", showAll(rest))
	}
}

func TestHandshakeTimeout(t *testing.T) {
	o := accept(socket.JSON)
	o.TLSConfig = &tls.Config{Certificates: []tls.Certificate{newAuthority(t).server(t)}}
	o.HandshakeTimeout = time.Minute
	overPipes(t, o, func(t *testing.T, s *socket.Subscriber, p *pipes) {
		start := time.Now()
		c := p.dial(t, "10.0.0.1")
		if _, err := c.Read(make([]byte, 1)); err == nil || time.Since(start) != time.Minute {
			t.Errorf("%v after %v", err, time.Since(start))
		}
		if text, _ := report(t, s); !strings.Contains(text, "deadline") {
			t.Errorf("%q", text)
		}
	})
}
