package zeromq

import (
	"strings"
	"sync"
	"time"

	"github.com/logbook-go/logbook/internal/flow"
)

// rejoin connects a socket anew, which libzmq does not do after a handshake in which the
// peer broke the protocol, or required other security: it gives up, for good, even if the
// peer is replaced by the right one.
type rejoin struct {
	changed chan struct{} // has a token after a success, and when it is time to connect
	mu      sync.Mutex
	active  bool // the socket connects
	success bool // a handshake has succeeded since the socket was connected
	due     bool
	pause   flow.Pause
	timer   *time.Timer
}

func (j *rejoin) init(s settings) {
	j.changed = make(chan struct{}, 1)
	j.active = s.connect && s.given == nil && !strings.HasPrefix(s.address, "inproc:") // which has no handshakes
	j.pause = flow.Pause{First: s.reconnectMin, Max: s.reconnectMax, Jitter: flow.DefaultJitter}
}

// joined reports whether records may be handed to libzmq. Before the first handshake they
// stay in our queue, since libzmq loses what it has when it gives up.
func (j *rejoin) joined() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return !j.active || j.success
}

func (j *rejoin) succeeded() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.success = true
	j.pause.Succeeded()
	j.cancel()
	j.wake()
}

// retries notes that libzmq has not given up.
func (j *rejoin) retries() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.cancel()
}

// failed notes a handshake after which libzmq may have given up.
func (j *rejoin) failed() {
	j.mu.Lock()
	defer j.mu.Unlock()
	if !j.active || j.timer != nil {
		return
	}
	now := time.Now()
	_ = j.pause.Begin(now, func(end time.Time) error {
		j.timer = time.AfterFunc(end.Sub(now), j.expired)
		return nil
	})
}

func (j *rejoin) expired() {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.timer != nil {
		j.timer, j.due = nil, true
		j.wake()
	}
}

func (j *rejoin) cancel() {
	if j.timer != nil {
		j.timer.Stop()
		j.timer = nil
	}
	j.due = false
}

func (j *rejoin) stop() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.cancel()
	j.active = false
}

func (j *rejoin) wake() {
	select {
	case j.changed <- struct{}{}:
	default:
	}
}

// take reports whether it is time to connect, once.
func (j *rejoin) take() (due bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	due = j.due
	if due {
		j.due, j.success = false, false
	}
	return due
}

// rejoin connects the socket anew if it is time, and reports whether it was. The owner of
// the socket calls it.
func (n *node) rejoin() (done bool, err error) {
	if !n.again.take() {
		return false, nil
	}
	return true, n.failed("connect", n.sock.reconnect(n.address))
}
