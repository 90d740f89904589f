package daemon_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http/httptest"
	"testing"

	"github.com/logbook-go/logbook/daemon"
)

// Over TLS a client needs the certificate that the daemon asks for; a command knows it.
func TestTLS(t *testing.T) {
	h := httptest.NewTLSServer(nil) // for its certificate
	certificates, roots := h.TLS.Certificates, x509.NewCertPool()
	roots.AddCert(h.Certificate())
	h.Close()
	s := startAt(t, "tls://127.0.0.1:0", daemon.Options{
		TLSConfig: &tls.Config{Certificates: certificates, ClientAuth: tls.RequireAnyClientCert},
		Commands: []daemon.Command{{Name: "who", Run: func(_ context.Context, c *daemon.Call) (any, error) {
			return len(c.Peer.TLS.PeerCertificates), nil
		}}},
	})
	with := s.client(t, &daemon.ClientOptions{TLSConfig: &tls.Config{RootCAs: roots, Certificates: certificates}})
	if got, err := with.Call(t.Context(), "who"); got != "1" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	without := s.client(t, &daemon.ClientOptions{TLSConfig: &tls.Config{RootCAs: roots}})
	if got, err := without.Call(t.Context(), "who"); !errors.As(err, new(*daemon.ClientError)) {
		t.Errorf("without a certificate: %q, %v", got, err)
	}
	if got, err := with.Call(t.Context(), "who"); got != "1" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}
