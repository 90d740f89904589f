package netlink

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
)

// ClientTLS returns a configuration for a client of the host: a copy of the given one,
// which may be nil, that verifies the certificate of the server for the host unless it
// names another.
func ClientTLS(config *tls.Config, host string) *tls.Config {
	if config = config.Clone(); config == nil {
		config = new(tls.Config)
	}
	if config.ServerName == "" {
		config.ServerName, _, _ = strings.Cut(host, "%") // no certificate has the zone of an address
	}
	return config
}

// TLSFiles are the paths of files in PEM that make up a configuration of TLS. "" leaves
// a part out.
type TLSFiles struct {
	CA        string // roots to trust in place of the system's
	Cert, Key string // of this side; both or none
}

// Config reads the files. It returns nil if there are none.
func (f TLSFiles) Config() (*tls.Config, error) {
	switch {
	case f == TLSFiles{}:
		return nil, nil
	case (f.Cert == "") != (f.Key == ""):
		return nil, errors.New("a certificate needs a key, and a key a certificate")
	}
	config := new(tls.Config)
	if f.CA != "" {
		text, err := os.ReadFile(f.CA)
		if err != nil {
			return nil, err
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(text) {
			return nil, fmt.Errorf("%s: no certificate in PEM", f.CA)
		}
	}
	if f.Cert != "" {
		pair, err := tls.LoadX509KeyPair(f.Cert, f.Key)
		if err != nil {
			return nil, err
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return config, nil
}

// secure returns conn, with TLS over it if there is a configuration.
func secure(ctx context.Context, conn net.Conn, config *tls.Config) (net.Conn, error) {
	if config == nil {
		return conn, nil
	}
	c := tls.Client(conn, config)
	if err := c.HandshakeContext(ctx); err != nil {
		return nil, err
	}
	return c, nil
}
