package handlers

import (
	"os"
	"os/signal"
	"sync"

	"github.com/logbook-go/logbook/internal/panics"
	"github.com/logbook-go/logbook/logbook"
)

// Reopener is implemented by the handlers that write to files.
type Reopener interface {
	logbook.Handler
	Reopen() error
}

// ReopenOn calls Reopen of the handlers whenever the process gets the signal, usually
// SIGHUP, until stop is called. stop waits for calls in progress. Errors and panics, such
// as that of a nil handler, are printed to stderr.
//
//	defer handlers.ReopenOn(syscall.SIGHUP, file)()
func ReopenOn(sig os.Signal, hs ...Reopener) (stop func()) {
	signals := make(chan os.Signal, 1)
	quit, done := make(chan struct{}), make(chan struct{})
	signal.Notify(signals, sig)
	go func() {
		defer close(done)
		for {
			select {
			case <-quit:
				return
			case <-signals:
			}
			for _, h := range hs {
				if err := reopen(h); err != nil {
					logbook.PrintErrors(&logbook.HandlerError{Handler: h, Err: err})
				}
			}
		}
	}()
	end := sync.OnceFunc(func() {
		signal.Stop(signals)
		close(quit)
	})
	return func() {
		end()
		<-done
	}
}

// reopen returns a panic as an error: on this goroutine it would end the program.
func reopen(h Reopener) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = panics.Error(p)
		}
	}()
	return h.Reopen()
}
