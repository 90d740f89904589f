package otlp_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"math/big"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/queues/otlp"
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

// client returns a client that trusts the authority.
func (a *authority) dialer(t *testing.T, h2 bool, certs ...tls.Certificate) *http.Client {
	transport := &http.Transport{ForceAttemptHTTP2: h2, TLSClientConfig: &tls.Config{RootCAs: a.pool, Certificates: certs}}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: patience}
}

// Only clients with the right certificate deliver something. The others are counted, and
// reported once.
func TestMutualTLS(t *testing.T) {
	ca, wrong := newAuthority(t), newAuthority(t)
	var st store
	s := listen(t, "tls://127.0.0.1:0", &otlp.ListenOptions{Store: st.Store, TLSConfig: &tls.Config{
		Certificates: []tls.Certificate{ca.server(t)}, ClientCAs: ca.pool, ClientAuth: tls.RequireAndVerifyClientCert,
	}})
	base := "https://" + s.Addr().String()
	for i, certs := range [][]tls.Certificate{nil, {wrong.client(t)}} {
		answer, err := ca.dialer(t, false, certs...).Post(base+"/v1/logs", protobuf, bytes.NewReader(encoded(records("hostile", 1))))
		if err == nil {
			_ = answer.Body.Close()
			t.Errorf("%d: %s", i, answer.Status)
		}
	}
	plain, err := http.Post("http://"+s.Addr().String()+"/v1/logs", protobuf, bytes.NewReader(encoded(records("hostile", 1))))
	if err == nil {
		_ = plain.Body.Close()
		t.Error(plain.Status)
	}
	for _, h2 := range []bool{false, true} {
		name := map[bool]string{false: "h1", true: "h2"}[h2]
		c := ca.dialer(t, h2, ca.client(t))
		answer, err := c.Post(base+"/v1/logs", protobuf, bytes.NewReader(encoded(records(name, 1))))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, answer.Body)
		_ = answer.Body.Close()
		if answer.StatusCode != 200 || (answer.ProtoMajor == 2) != h2 {
			t.Errorf("%s: %s, %s", name, answer.Proto, answer.Status)
		}
		if h2 {
			if answer, _ := rpc(t, c, base+export, message(0, encoded(records("grpc", 1)))); answer.Trailer.Get("Grpc-Status") != "0" {
				t.Errorf("%v", answer.Header)
			}
		}
	}
	if got := strings.Join(st.messages(t), ", "); got != "h1 0, h2 0, grpc 0" {
		t.Errorf("stored %s", got)
	}
	if n := s.Stats().Count("refused_connections"); n != 3 {
		t.Errorf("%d refused", n)
	}
	if got := notices(t, s); len(got) != 2 || !strings.Contains(got[0], "refused an input of tls://127.0.0.1:") || !strings.HasPrefix(got[1], "refused 2 inputs") {
		t.Errorf("reports %q", got)
	}
}
