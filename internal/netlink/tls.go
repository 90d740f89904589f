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
// which may be nil, that verifies the server's certificate for the host unless it has
// another ServerName.
func ClientTLS(config *tls.Config, host string) *tls.Config {
	if config = config.Clone(); config == nil {
		config = new(tls.Config)
	}
	if config.ServerName == "" {
		config.ServerName, _, _ = strings.Cut(host, "%") // certificates do not have the zone of an address
	}
	return config
}

// TLSFiles are the paths of PEM files for a TLS configuration. "" leaves a part out.
type TLSFiles struct {
	CA        string // trusted roots, for a client in place of the system's
	Cert, Key string // of this side; both or none
}

// Config reads the files. It returns nil if there are none.
func (f TLSFiles) Config() (*tls.Config, error) {
	switch {
	case f == TLSFiles{}:
		return nil, nil
	case (f.Cert == "") != (f.Key == ""):
		return nil, errors.New("want both a certificate and a key")
	}
	config := new(tls.Config)
	if f.CA != "" {
		text, err := os.ReadFile(f.CA)
		if err != nil {
			return nil, err
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(text) {
			return nil, fmt.Errorf("%s: want certificates in PEM", f.CA)
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

// ServerConfig is Config for a server, which needs Cert and Key. With CA, clients need a
// certificate that one of its roots has signed.
func (f TLSFiles) ServerConfig() (*tls.Config, error) {
	if f.Cert == "" || f.Key == "" {
		return nil, errors.New("want a certificate and a key")
	}
	config, err := f.Config()
	if err != nil {
		return nil, err
	}
	if config.RootCAs != nil {
		config.ClientCAs, config.RootCAs = config.RootCAs, nil
		config.ClientAuth = tls.RequireAndVerifyClientCert
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
