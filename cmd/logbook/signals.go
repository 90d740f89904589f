package main

import (
	"os"
	"os/signal"
	"syscall"
)

// signals are the signals of a command that runs until it is stopped.
type signals struct {
	stop   <-chan os.Signal // the first one that stops the program; the next ends it at once
	reload <-chan os.Signal

	release func()
}

// notifySignals returns the signals of a service: SIGINT and SIGTERM stop it, and SIGHUP
// reloads its configuration.
func notifySignals() *signals {
	stop, release := stopSignal(os.Interrupt, syscall.SIGTERM)
	reload := make(chan os.Signal, 1)
	signal.Notify(reload, syscall.SIGHUP)
	return &signals{stop, reload, func() {
		release()
		signal.Stop(reload)
	}}
}

// stopSignal returns a channel that receives the first of the signals. The next one ends
// the program, even while a sink blocks. A signal that is ignored at the start, as by nohup,
// stays ignored.
func stopSignal(all ...os.Signal) (stop <-chan os.Signal, release func()) {
	signals, first := make(chan os.Signal, 1), make(chan os.Signal, 1)
	for _, s := range all {
		if !signal.Ignored(s) {
			signal.Notify(signals, s)
		}
	}
	go func() {
		if s, ok := <-signals; ok {
			first <- s
			signal.Stop(signals)
		}
	}()
	return first, func() {
		signal.Stop(signals)
		close(signals)
	}
}
