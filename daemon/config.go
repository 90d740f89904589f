package daemon

import (
	"cmp"
	"errors"
	"net"
	"strconv"
	"strings"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/internal/netlink"
)

// section is the section of lab_utils' files.
const section = "Overall"

// ConfigOptions returns the keys of the section [Overall] in the file of a daemon. host and
// port are lab_utils'.
func ConfigOptions() []config.Option {
	return []config.Option{
		{Name: "host", Kind: config.KindText, Default: "localhost", Help: "address to listen on"},
		{Name: "port", Kind: config.KindPort, Default: "1507", Help: "port to listen on"},
		{Name: "socket", Kind: config.KindPath, Help: "unix socket to listen on, in place of host and port"},
		{Name: "mode", Kind: config.KindMode, Default: "0600", Help: "permissions of the socket"},
		{Name: "pid_file", Kind: config.KindPath, Default: "NAME.pid in $XDG_RUNTIME_DIR or /run", Help: "file that keeps a second instance from starting"},
		{Name: "delimiters", Kind: config.KindText, Default: "{}", Help: "two characters that group words"},
		{Name: "buffer_size", Kind: config.KindSize, Default: "1MiB", Help: "size of the longest message"},
		{Name: "backlog", Kind: config.KindCount, Default: "the system's", Help: "connections that wait to be accepted"},
		{Name: "max_connections", Kind: config.KindCount, Default: "1000", Help: "number of connections"},
		{Name: "socket_timeout", Kind: config.KindDuration, Default: "30s", Help: "time for a message, and for its reply"},
		{Name: "silence", Kind: config.KindDuration, Default: "200ms", Help: "how long nothing comes after the end of a message without a newline"},
		{Name: "grace", Kind: config.KindDuration, Default: "10s", Help: "time for commands that run when the daemon stops"},
		{Name: "token_file", Kind: config.KindPath, Help: "file with the tokens, one a line, of which clients need one"},
		{Name: "cert", Kind: config.KindPath, Help: "certificate for TLS, in PEM; needs key"},
		{Name: "key", Kind: config.KindPath, Help: "its key, in PEM"},
		{Name: "client_ca", Kind: config.KindPath, Help: "CA certificates in PEM: clients need a certificate that one of them has signed"},
	}
}

// readConfig sets the options that are not set from the file, and returns the address.
func (o *Options) readConfig(address string) (string, error) {
	read := func(s *config.Spec) {
		host, port, socket := s.Text("host"), s.Port("port"), s.FilePath("socket")
		files := netlink.TLSFiles{CA: s.FilePath("client_ca"), Cert: s.FilePath("cert"), Key: s.FilePath("key")}
		if socket != "" && (host != "" || port != 0) {
			s.Refuse("socket", errors.New("not allowed with host and port"))
		}
		if o.TLSConfig == nil && files != (netlink.TLSFiles{}) {
			var err error
			if o.TLSConfig, err = files.ServerConfig(); err != nil {
				s.Refuse("cert", err)
			}
		}
		tokens := tokensOf(s.SecretFile("token_file"))
		if o.Tokens == nil {
			o.Tokens = tokens
		}
		o.Mode = cmp.Or(o.Mode, s.FileMode("mode"))
		pid := s.FilePath("pid_file")
		if !o.NoPIDFile {
			o.PIDFile = cmp.Or(o.PIDFile, pid)
		}
		o.Delimiters = cmp.Or(o.Delimiters, s.Text("delimiters"))
		o.MaxMessage = cmp.Or(o.MaxMessage, int(min(s.Size("buffer_size"), mostMaxMessage+1)))
		o.Backlog = cmp.Or(o.Backlog, s.Count("backlog"))
		o.MaxConnections = cmp.Or(o.MaxConnections, s.Count("max_connections"))
		o.Timeout = cmp.Or(o.Timeout, s.Duration("socket_timeout"))
		o.Silence = cmp.Or(o.Silence, s.Duration("silence"))
		o.Grace = cmp.Or(o.Grace, s.Duration("grace"))
		if address != "" {
			return
		}
		scheme := "tcp"
		if o.TLSConfig != nil {
			scheme = "tls"
		}
		address = addressOf(scheme, host, port)
		if socket != "" {
			address = "unix:" + socket
		}
	}
	return address, config.ReadSection(o.ConfigFile, section, ConfigOptions(), read, nil)
}

// addressOf returns the address of a host and a port, which have lab_utils' defaults.
func addressOf(scheme, host string, port uint16) string {
	return scheme + "://" + net.JoinHostPort(cmp.Or(host, "localhost"), strconv.Itoa(int(cmp.Or(port, 1507))))
}

// tokensOf returns the lines of a file with tokens.
func tokensOf(content string) (tokens []string) {
	for line := range strings.Lines(content) {
		if line = strings.TrimSpace(line); line != "" {
			tokens = append(tokens, line)
		}
	}
	return tokens
}
