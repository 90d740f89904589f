package mail_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"time"

	"github.com/logbook-go/logbook/logbook"
)

// authority makes certificates.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority() *authority {
	c := certificate("logbook test CA")
	c.IsCA, c.BasicConstraintsValid, c.KeyUsage = true, true, x509.KeyUsageCertSign
	key := logbook.Must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	der := logbook.Must(x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key))
	return &authority{logbook.Must(x509.ParseCertificate(der)), key}
}

func certificate(name string) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: logbook.Must(rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 100))),
		Subject:      pkix.Name{CommonName: name},
		NotBefore:    time.Unix(0, 0), NotAfter: time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC),
	}
}

// issue makes a certificate for a host, or for a client.
func (a *authority) issue(name string) tls.Certificate {
	c := certificate(name)
	c.KeyUsage = x509.KeyUsageDigitalSignature
	c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}
	if ip := net.ParseIP(name); ip != nil {
		c.IPAddresses = []net.IP{ip}
	} else {
		c.DNSNames = []string{name}
	}
	key := logbook.Must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	der := logbook.Must(x509.CreateCertificate(rand.Reader, c, a.cert, &key.PublicKey, a.key))
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func (a *authority) pool() *x509.CertPool {
	p := x509.NewCertPool()
	p.AddCert(a.cert)
	return p
}

// server returns the TLS configuration of a server for the host.
func (a *authority) server(host string) *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{a.issue(host)}}
}

// client returns the TLS configuration of a client that trusts the authority.
func (a *authority) client() *tls.Config { return &tls.Config{RootCAs: a.pool()} }
