package main

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"time"
	_ "time/tzdata" // for readers' zones where the system has none

	"github.com/spf13/cobra"

	"github.com/logbook-go/logbook/internal/netlink"
	"github.com/logbook-go/logbook/internal/signals"
	"github.com/logbook-go/logbook/internal/systemd"
	"github.com/logbook-go/logbook/ticketing"
	"github.com/logbook-go/logbook/ticketing/web"
)

const webHelp = `Web serves the tickets in a database as a page, with a JSON API and a feed, until
SIGINT (Ctrl-C) or SIGTERM.

--db is the URI of a sink of tickets; see "logbook help sink sqlite" and "logbook help
sink postgres". Its tables are made if they do not exist. With --collect, web is a
collector too: it receives records as "logbook collect" does, and records tickets of
those of level warning and above, or of the option level of --db.

With --alert, the sink reports tickets that are new, regressed, or not muted any more;
an alert has the address of the ticket. With --tracker, the page of a ticket has a button
that creates an issue.

On a loopback address, everybody on this machine may change tickets, as long as there
are no users. Once there are, they log in. So make a user before a proxy passes requests
from elsewhere on. Another address needs --tls-cert and --tls-key, or --insecure if a
proxy encrypts.`

const webExamples = `  logbook web --db sqlite:tickets.db
  logbook web --db sqlite:tickets.db --collect otlp://127.0.0.1:4318
  logbook web --db sqlite:tickets.db --alert mail:ops@lab.example?from=logbook@lab.example --public https://tickets.lab.example
  logbook web user set anna --role editor --db sqlite:tickets.db
  logbook web --db sqlite:tickets.db --addr :8443 --tls-cert cert.pem --tls-key key.pem`

// webServer serves the page of a store.
type webServer struct {
	db       *database
	addr     string
	path     string
	files    netlink.TLSFiles
	insecure bool
	collect  []string
	public   string
	follow   webFollow

	stderr io.Writer
}

func webCommand() *cobra.Command {
	s := &webServer{db: new(database)}
	cmd := &cobra.Command{
		Use: "web --db URI", Short: "Serve tickets as a page", Long: webHelp, Example: webExamples,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return fmt.Errorf("unexpected argument %q: want user, token, or none", args[0])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			s.stderr = cmd.ErrOrStderr()
			return s.run(cmd)
		},
	}
	s.db.addFlag(cmd)
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&s.addr, "addr", "127.0.0.1:8080", "serve at `ADDRESS`, a host and a port")
	flags.StringVar(&s.path, "path", "", "serve below `PATH`, such as /tickets, for a proxy")
	flags.StringVar(&s.files.Cert, "tls-cert", "", "encrypt with the certificate in the PEM `FILE`")
	flags.StringVar(&s.files.Key, "tls-key", "", "its key, in the PEM `FILE`")
	flags.BoolVar(&s.insecure, "insecure", false, "serve without encryption at an address that is not of this machine alone")
	flags.StringArrayVar(&s.collect, "collect", nil, "receive records from the source `URI`, such as otlp://127.0.0.1:4318; may be repeated")
	s.follow.addFlags(cmd)
	flags.StringVar(&s.public, "public", "", "the `URL` of the page as readers see it, for alerts and issues (default: that of --addr)")
	_ = cmd.RegisterFlagCompletionFunc("collect", completeSources) // fails for flags that do not exist
	cmd.AddCommand(webUserCommand(s.db), webTokenCommand(s.db))
	return cmd
}

// run serves until a signal, or the end of what is collected.
func (s *webServer) run(cmd *cobra.Command) error {
	config, loopback, err := s.check()
	if err != nil {
		return err
	}
	return s.db.create(cmd, func(ctx context.Context, store ticketing.Store) error {
		local, err := localUser(ctx, store, loopback)
		if err != nil {
			return err
		}
		l, err := net.Listen("tcp", s.addr)
		if err != nil {
			return &usageError{fmt.Errorf("--addr: %w", err)}
		}
		server, stop, err := s.open(ctx, store, l, config, local)
		if err != nil {
			return errors.Join(&usageError{err}, l.Close())
		}
		end, err := s.collector(cmd.InOrStdin())
		if err != nil {
			return errors.Join(&usageError{err}, l.Close(), stop())
		}
		note := ""
		if local != "" {
			note = ", for this machine alone and without a login"
		}
		complain(s.stderr, "serving %s%s", s.address(l, config), note)
		failed := make(chan error, 1)
		go func() {
			if config != nil {
				failed <- server.ServeTLS(l, "", "")
			} else {
				failed <- server.Serve(l)
			}
		}()
		_ = systemd.Notify(systemd.Ready)
		return errors.Join(end(failed), stop())
	})
}

// address returns the address of the page at a listener.
func (s *webServer) address(l net.Listener, config *tls.Config) string {
	scheme := "http"
	if config != nil {
		scheme = "https"
	}
	return scheme + "://" + l.Addr().String() + strings.TrimSuffix(s.path, "/") + "/"
}

// open makes the server of the page, and begins to follow the store.
func (s *webServer) open(ctx context.Context, store ticketing.Store, l net.Listener, config *tls.Config, local string) (*http.Server, func() error, error) {
	page := s.address(l, config)
	if s.public != "" {
		page = strings.TrimSuffix(s.public, "/") + "/"
	}
	t, err := s.follow.open(page)
	if err != nil {
		return nil, nil, err
	}
	o := &web.Options{Path: s.path, LocalUser: local}
	if t != nil {
		o.Tracker = t
	}
	h, err := web.NewHandler(store, o)
	if err != nil {
		return nil, nil, fmt.Errorf("--path: %w", errors.Unwrap(err))
	}
	unfollow, err := s.follow.start(store, t, page, s.stderr)
	if err != nil {
		return nil, nil, err
	}
	server, stop := s.server(ctx, h)
	server.TLSConfig = config
	return server, func() error { return errors.Join(stop(), unfollow()) }, nil
}

// check checks the flags, and reports whether the address is of this machine alone.
func (s *webServer) check() (config *tls.Config, loopback bool, err error) {
	host, _, err := net.SplitHostPort(s.addr)
	if err != nil {
		return nil, false, fmt.Errorf("--addr %q: want a host and a port, such as 127.0.0.1:8080", s.addr)
	}
	loopback = netlink.IsLoopback(host)
	if config, err = s.files.Config(); err != nil {
		return nil, false, fmt.Errorf("--tls-cert, --tls-key: %w", err)
	}
	if !loopback && config == nil && !s.insecure {
		return nil, false, fmt.Errorf("--addr %s: passwords would not be encrypted: want --tls-cert and --tls-key, or --insecure", s.addr)
	}
	return config, loopback, nil
}

// localUser returns the name of the one who needs no login, or "".
func localUser(ctx context.Context, store ticketing.Store, loopback bool) (string, error) {
	users, err := web.NewAccounts(store).Users(ctx)
	if err != nil || !loopback || len(users) > 0 {
		return "", err
	}
	return osUser(), nil
}

// server returns a server, and a function that ends the requests in progress after a short time,
// and those for the live view at once.
func (s *webServer) server(ctx context.Context, h http.Handler) (*http.Server, func() error) {
	ctx, cancel := context.WithCancel(ctx)
	server := &http.Server{
		Handler: h, BaseContext: func(net.Listener) context.Context { return ctx },
		ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: time.Minute, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 32 << 10, ErrorLog: log.New(serverErrors{s.stderr}, "", 0),
	}
	return server, func() error {
		_ = systemd.Notify(systemd.Stopping)
		cancel()
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if server.Shutdown(ctx) != nil {
			_ = server.Close()
		}
		return nil
	}
}

// serverErrors prints the errors of net/http.
type serverErrors struct{ stderr io.Writer }

func (e serverErrors) Write(p []byte) (int, error) {
	complain(e.stderr, "%s", strings.TrimSpace(string(p)))
	return len(p), nil
}

// collector begins to collect, if there is a source. It returns a function that waits for the end,
// or for the failure of the server.
func (s *webServer) collector(stdin io.Reader) (end func(failed <-chan error) error, err error) {
	stop, release := signals.Stop(os.Interrupt, syscall.SIGTERM)
	if len(s.collect) == 0 {
		return func(failed <-chan error) error {
			defer release()
			select {
			case <-stop:
				return nil
			case err := <-failed:
				return err
			}
		}, nil
	}
	c := newCollector()
	c.from, c.to, c.stdin, c.stderr = s.collect, []string{withLevel(s.db.uri)}, stdin, s.stderr
	if err := c.start(); err != nil {
		release()
		return nil, err
	}
	return func(failed <-chan error) error {
		defer release()
		ended := make(chan os.Signal, 1)
		failure := make(chan error, 1)
		go func() {
			defer close(ended)
			select {
			case <-stop:
			case err := <-failed:
				failure <- err
			case <-c.work.Done():
			}
			close(failure)
		}()
		c.wait(ended, nil)
		err := <-failure
		if c.stop() {
			return cmp.Or[error](err, &exitError{exitFailed})
		}
		return err
	}, nil
}

// withLevel adds the option level to the URI of a sink that does not have it.
func withLevel(uri string) string {
	_, query, found := strings.Cut(uri, "?")
	switch {
	case !found:
		return uri + "?level=warning"
	case strings.Contains("&"+query, "&level="):
		return uri
	}
	return uri + "&level=warning"
}
