package daemon

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/logbook-go/logbook/internal/listener"
	"github.com/logbook-go/logbook/internal/words"
	"github.com/logbook-go/logbook/logbook"
)

// Options configure [New]. nil is the default: a daemon with the built-in commands.
type Options struct {
	// ConfigFile is the path of an INI file, whose section [Overall] has the values of those
	// of the address and the options below that are not set; see [ConfigOptions]. "": none.
	ConfigFile string

	Name        string // in the help, and of the PID file; "": that of the executable
	Description string // in the help
	Epilog      string // at the end of the help

	// Commands are added to quit, help and status. One with such a name replaces it.
	Commands []Command

	// Quit is called once when the daemon is about to stop: by the command quit, a signal, or
	// the end of Run's context. Its text is the reply of quit; "" is "Goodbye!". Its error is
	// logged, and returned by Run. The context ends after Grace.
	Quit func(ctx context.Context) (reply string, err error)

	// Reload is called at each SIGHUP. Its error is logged. Without it, SIGHUP is not caught.
	Reload func(ctx context.Context) error

	// Status adds lines to the reply of the command status.
	Status func() []slog.Attr

	// PIDFile is the path of the file that keeps a second instance from starting; see [New].
	// "": NAME.pid in $XDG_RUNTIME_DIR; without it in /run for root, and in the directory for
	// temporary files otherwise.
	PIDFile   string
	NoPIDFile bool // no such file

	// SocketName is the FileDescriptorName of the socket that systemd has opened for the
	// daemon; see [New]. "": the first one.
	SocketName string

	// TLSConfig is required for a tls address, and for a socket of systemd over which TLS is
	// to be spoken. It has the certificate; with ClientCAs and ClientAuth:
	// tls.RequireAndVerifyClientCert, clients need one, too.
	TLSConfig *tls.Config

	// Tokens are those of which a client needs one, of visible ASCII. nil: none.
	Tokens []string

	Mode fs.FileMode // permissions of a unix socket; 0: 0600

	// Delimiters are two ASCII characters that group words; "": "{}".
	Delimiters string

	MaxMessage     int // bytes of a message; 0: 1 MiB
	MaxMemory      int // of messages longer than 16 KiB that are being read, together; 0: 32 MiB
	MaxConnections int // 0: 1000
	MaxPerAddress  int // connections from one address; 0: half of MaxConnections

	// Backlog is how many connections the system holds until they are accepted, where it can
	// be set; 0: as many as the system allows.
	Backlog int

	// Timeout is the time for a message, from the beginning of the connection, and that for
	// sending the reply. 0: 30 s.
	Timeout time.Duration

	// Silence ends a message without a newline: when nothing more has come for so long, the
	// message is taken as whole, since the clients of lab_utils do not mark the end of one.
	// It should be longer than any pause of the network. 0: 0.2 s. Less than 0: a message needs a
	// newline, or the end of the connection.
	Silence time.Duration

	// Grace is how long the commands that run may take when the daemon stops; 0: 10 s.
	Grace time.Duration

	// NoSignals means that Run does not handle signals: SIGINT and SIGTERM, which stop the
	// daemon, and SIGHUP.
	NoSignals bool

	Logger *logbook.Logger // nil: channel "daemon"
}

const (
	defaultAddress    = "tcp://localhost:1507"
	defaultMaxMessage = 1 << 20
	mostMaxMessage    = 1 << 30
	defaultMaxMemory  = 32 << 20
	defaultTimeout    = 30 * time.Second
	defaultSilence    = 200 * time.Millisecond
	defaultGrace      = 10 * time.Second
)

func invalid(option, format string, args ...any) error {
	return &logbook.OptionError{Options: "daemon.Options", Option: option, Err: fmt.Errorf(format, args...)}
}

// settings are checked options.
type settings struct {
	Options
	address    listener.Address
	delimiters words.Delimiters
}

// checked returns the options with their defaults, for an address.
func (o *Options) checked(address string) (c settings, err error) {
	if o != nil {
		c.Options = *o
	}
	if c.ConfigFile != "" {
		if address, err = c.readConfig(address); err != nil {
			return c, err
		}
	}
	c.address, err = listener.ParseAddress(cmp.Or(address, defaultAddress))
	if err != nil || c.address.Datagrams() {
		return c, invalid("address", "want tcp://host:port, tls://host:port or unix:/path")
	}
	if c.delimiters, err = parseDelimiters(c.Delimiters); err != nil {
		return c, invalid("Delimiters", "%w", err)
	}
	c.Name = cmp.Or(c.Name, strings.TrimSuffix(filepath.Base(os.Args[0]), ".exe"))
	switch secure := c.address.Scheme == "tls"; {
	case strings.ContainsAny(c.Name, `/\`) || !isName(c.Name, c.delimiters):
		return c, invalid("Name", "%q: want a word", c.Name)
	case secure && c.TLSConfig == nil:
		return c, invalid("TLSConfig", "want one with a certificate for %s", c.address)
	case c.Mode&^fs.ModePerm != 0:
		return c, invalid("Mode", "%v has bits other than permissions", c.Mode)
	case c.NoPIDFile && c.PIDFile != "":
		return c, invalid("NoPIDFile", "PIDFile is set")
	case c.MaxMessage > mostMaxMessage:
		return c, invalid("MaxMessage", "%d is more than %d", c.MaxMessage, mostMaxMessage)
	}
	for name, n := range map[string]int64{
		"MaxMessage": int64(c.MaxMessage), "MaxMemory": int64(c.MaxMemory), "MaxConnections": int64(c.MaxConnections),
		"MaxPerAddress": int64(c.MaxPerAddress), "Backlog": int64(c.Backlog), "Timeout": int64(c.Timeout), "Grace": int64(c.Grace),
	} {
		if n < 0 {
			return c, invalid(name, "%d is negative", n)
		}
	}
	c.Tokens = slices.Clone(c.Tokens)
	for _, t := range c.Tokens {
		if t == "" || strings.ContainsFunc(t, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
			return c, invalid("Tokens", "a token is empty, or has other characters than visible ASCII")
		}
	}
	c.MaxMessage = cmp.Or(c.MaxMessage, defaultMaxMessage)
	c.MaxMemory = cmp.Or(c.MaxMemory, max(defaultMaxMemory, 2*c.MaxMessage))
	c.Timeout = cmp.Or(c.Timeout, defaultTimeout)
	c.Silence = max(0, cmp.Or(c.Silence, defaultSilence))
	c.Grace = cmp.Or(c.Grace, defaultGrace)
	if c.Logger == nil {
		c.Logger = logbook.New("daemon")
	}
	return c, nil
}

func parseDelimiters(s string) (words.Delimiters, error) {
	switch {
	case s == "":
		return words.Braces, nil
	case len(s) != 2 || s[0] == s[1]:
	case !strings.ContainsFunc(s, func(c rune) bool {
		return c <= ' ' || c >= 0x7f || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || strings.ContainsRune(`-=\_.`, c)
	}):
		return words.Delimiters{Left: s[0], Right: s[1]}, nil
	}
	return words.Delimiters{}, errors.New(`want two different ASCII characters, such as "{}" or "[]"`)
}
