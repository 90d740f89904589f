package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/logbook-go/logbook/daemon"
	"github.com/logbook-go/logbook/internal/netlink"
)

func daemonCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "daemon call|shell",
		Short: "Send commands to a daemon",
		Long: `Daemon sends commands to a daemon of package daemon, or of lab_utils.

An address is HOST[:PORT], tcp://HOST[:PORT], tls://HOST[:PORT] or unix:PATH; the
default port is 1507.`,
		Example: "  logbook daemon call localhost status\n  logbook daemon shell unix:/run/cryostat.socket",
		Args:    cobra.NoArgs,
		RunE:    func(*cobra.Command, []string) error { return errors.New("want call or shell") },
	}
	cmd.AddCommand(daemonCallCommand(), daemonShellCommand())
	return cmd
}

// daemonFlags are the flags of a client.
type daemonFlags struct {
	timeout   time.Duration
	tokenFile string
	tls       netlink.TLSFiles
	insecure  bool
}

func (f *daemonFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.SetInterspersed(false) // what follows the address is the daemon's
	f.timeout = 10 * time.Second
	flags.Var(&durationFlag{&f.timeout}, "timeout", "wait for a reply for at most `TIME`")
	flags.StringVar(&f.tokenFile, "token-file", "", "send the token in `FILE`")
	flags.BoolVar(&f.insecure, "insecure", false, "allow the token in plaintext to other machines")
	flags.StringVar(&f.tls.CA, "ca", "", "trust the certificates in `FILE` in place of the system's")
	flags.StringVar(&f.tls.Cert, "cert", "", "show the client certificate in `FILE`")
	flags.StringVar(&f.tls.Key, "key", "", "the key of the certificate is in `FILE`")
}

// client returns a client of the daemon at an address.
func (f *daemonFlags) client(address string) (*daemon.Client, error) {
	if !strings.Contains(address, "://") && !strings.HasPrefix(address, "unix:") {
		address = "tcp://" + address
	}
	o := &daemon.ClientOptions{Timeout: f.timeout, Insecure: f.insecure}
	var err error
	if o.TLSConfig, err = f.tls.Config(); err != nil {
		return nil, err
	}
	if f.tokenFile != "" {
		text, err := os.ReadFile(f.tokenFile)
		if err != nil {
			return nil, err
		}
		if o.Token = strings.TrimSpace(string(text)); o.Token == "" {
			return nil, fmt.Errorf("%s is empty", f.tokenFile)
		}
	}
	return daemon.NewClient(address, o)
}
