//go:build !(cgo && zmq && !windows)

package zeromq_test

import (
	"errors"
	"strings"
	"testing"

	. "github.com/logbook-go/logbook/queues/zeromq"
)

// A program without ZeroMQ says how to get one with it.
func TestNotBuilt(t *testing.T) {
	_, handler := NewHandler("tcp://127.0.0.1:*", nil)
	_, subscriber := NewSubscriber("tcp://127.0.0.1:*", nil)
	_, proxy := NewProxy("tcp://127.0.0.1:*", "tcp://127.0.0.1:*", nil)
	for _, err := range []error{handler, subscriber, proxy} {
		if !errors.Is(err, ErrNotBuilt) || !strings.Contains(err.Error(), "install libzmq3-dev and build with -tags zmq") || strings.Contains(err.Error(), "\n") {
			t.Errorf("got %v", err)
		}
	}
}
