package signals

import (
	"os"
	"os/signal"
	"time"
)

// Reload returns a channel that receives SIGHUP, which reloads the configuration of a
// service, on systems that have it.
func Reload() (reload <-chan os.Signal, release func()) {
	c := make(chan os.Signal, 1)
	if len(hangup) > 0 { // without signals, Notify would relay all of them
		signal.Notify(c, hangup...)
	}
	return c, func() { signal.Stop(c) }
}

// sameSignal is the time in which a second signal is taken for the first one: timeout(1)
// sends one to the program, and then one to its process group.
const sameSignal = time.Second

// Stop returns a channel that receives the first of the signals. The next one, a second later
// or more, ends the program, even while it is busy. A signal that is ignored at the start, as
// by nohup, stays ignored.
func Stop(all ...os.Signal) (stop <-chan os.Signal, release func()) {
	signals := make(chan os.Signal, 1)
	for _, s := range all {
		if !signal.Ignored(s) {
			signal.Notify(signals, s)
		}
	}
	first := firstSignal(signals, func() { signal.Stop(signals) })
	return first, func() {
		signal.Stop(signals)
		close(signals)
	}
}

// firstSignal returns a channel that receives the first signal. Those that follow are ignored
// for [sameSignal], and then restore is called. Closing signals ends it.
func firstSignal(signals <-chan os.Signal, restore func()) <-chan os.Signal {
	first := make(chan os.Signal, 1)
	go func() {
		s, ok := <-signals
		if !ok {
			return
		}
		first <- s
		over := time.NewTimer(sameSignal)
		defer over.Stop()
		for ok {
			select {
			case _, ok = <-signals:
			case <-over.C:
				restore()
				return
			}
		}
	}()
	return first
}
