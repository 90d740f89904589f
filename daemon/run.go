package daemon

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"github.com/logbook-go/logbook/internal/flow"
	"github.com/logbook-go/logbook/internal/netlink"
	"github.com/logbook-go/logbook/internal/panics"
	"github.com/logbook-go/logbook/internal/signals"
	"github.com/logbook-go/logbook/internal/systemd"
	"github.com/logbook-go/logbook/logbook"
)

// Run serves clients until the command quit, Stop, SIGINT, SIGTERM, or the end of the
// context, whose values and handlers the contexts of commands have. Then no more connections are accepted, the hook Quit is called, the commands that
// run may take Options.Grace to end, and the socket and the PID file are released. A second
// signal, a second later or more, ends the program at once.
//
// systemd is told when the daemon is ready, reloads and stops, and that it is alive while
// connections are accepted.
//
// Run returns the error of Quit, and one for commands that did not end in time. It can be
// called once; after Close it returns logbook.ErrClosed.
func (s *Server) Run(ctx context.Context) error {
	if err := s.begin(); err != nil {
		return err
	}
	defer close(s.ended)
	s.base = context.WithoutCancel(ctx)
	var interrupted, reload <-chan os.Signal
	if !s.o.NoSignals {
		var release func()
		interrupted, release = signals.Stop(os.Interrupt, syscall.SIGTERM)
		defer release()
		if s.o.Reload != nil {
			reload, release = signals.Reload()
			defer release()
		}
	}
	s.server.Start(s.heartbeat)
	s.log.InfoContext(ctx, "listening on {address}", "address", s.address.String())
	s.warnOpen()
	s.notify(systemd.Ready + "\nSTATUS=listening on " + s.address.String())
	alive, dead := flow.NewContext()
	defer dead()
	go s.heartbeat.watchdog(alive)
	reason := s.wait(ctx, interrupted, reload)
	s.log.InfoContext(ctx, "stopping: {reason}", "reason", reason)
	s.notify(systemd.Stopping)
	return s.shutDown()
}

// begin claims the one call of Run.
func (s *Server) begin() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.isClosed:
		return logbook.ErrClosed
	case s.isRun:
		return errors.New("daemon: Run was called before")
	}
	s.isRun = true
	return nil
}

// wait waits for a reason to stop, and reloads meanwhile.
func (s *Server) wait(ctx context.Context, interrupted, reload <-chan os.Signal) (reason string) {
	for {
		select {
		case <-s.stopping:
			return "it was asked to"
		case sig := <-interrupted:
			return sig.String()
		case <-ctx.Done():
			return context.Cause(ctx).Error()
		case <-reload:
			s.notify(systemd.Reloading)
			s.log.InfoContext(ctx, "reloading")
			err := panics.Call(func() error { return s.o.Reload(ctx) })
			if err != nil {
				s.log.ExceptionContext(ctx, err, "reloading failed")
			}
			s.notify(systemd.Ready)
		}
	}
}

// shutDown stops serving, and releases everything.
func (s *Server) shutDown() error {
	ctx, cancel := context.WithTimeout(context.Background(), s.o.Grace)
	defer cancel()
	cut := make(chan int, 1)
	go func() { cut <- s.server.Close(ctx) }()
	_, err := s.quit()
	if n := <-cut; n > 0 {
		err = errors.Join(err, fmt.Errorf("daemon: %d commands did not end within %v", n, s.o.Grace))
	}
	if r := s.refused.Rest(time.Now()); r != nil {
		logbook.Dispatch(s.base, r)
	}
	if s.pid != nil {
		err = errors.Join(err, s.pid.Close())
	}
	return err
}

func (s *Server) notify(state string) {
	if err := systemd.Notify(state); err != nil {
		s.log.WarnContext(s.base, "systemd cannot be notified", logbook.Err(err))
	}
}

// warnOpen logs a warning if everybody in the network can send commands.
func (s *Server) warnOpen() {
	certified := s.o.TLSConfig != nil && s.o.TLSConfig.ClientAuth >= tls.RequireAndVerifyClientCert
	if s.address.Path != "" || netlink.IsLoopback(s.address.Host) || certified || len(s.tokens) > 0 {
		return
	}
	s.log.WarnContext(s.base, "everybody who reaches {address} can send commands: want client certificates, a token, or a loopback address", "address", s.address.String())
}

// Stop makes Run return as the command quit does. It does not wait.
func (s *Server) Stop() { s.stop() }

// Close stops Run and waits for it. Without a Run, it releases the socket and the PID file.
// Closing again does nothing.
func (s *Server) Close() (err error) {
	s.stop()
	s.mu.Lock()
	first := !s.isRun && !s.isClosed
	s.isClosed = true
	s.mu.Unlock()
	if first {
		err = s.heartbeat.Listener.Close()
		if s.pid != nil {
			err = errors.Join(err, s.pid.Close())
		}
		close(s.ended)
	}
	<-s.ended
	return err
}
