package config

import (
	"crypto/tls"

	"github.com/logbook-go/logbook/internal/netlink"
)

// TLS reads the options ca, cert and key, which are paths of files in PEM: of roots to
// trust in place of the system's, and of the certificate of this side and its key. It
// returns nil if none of them is there.
func (s *Sink) TLS() *tls.Config {
	files := netlink.TLSFiles{CA: s.FilePath("ca"), Cert: s.FilePath("cert"), Key: s.FilePath("key")}
	blamed := "ca"
	switch {
	case files.Cert != "":
		blamed = "cert"
	case files.Key != "":
		blamed = "key"
	}
	var config *tls.Config
	s.Func(blamed, func(string) (err error) {
		config, err = files.Config()
		return err
	})
	return config
}
