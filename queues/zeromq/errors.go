package zeromq

import (
	"errors"
	"fmt"
)

// ErrNotBuilt is the error of the constructors in a program without ZeroMQ.
var ErrNotBuilt = errors.New("zeromq: this program was built without ZeroMQ: install libzmq3-dev and build with -tags zmq, with cgo, on a system other than Windows")

// Errors of handshakes, in the Err of an [Event] and in the records that report them.
var (
	ErrUnauthorized = errors.New("the key is not among the allowed ones")
	ErrHandshake    = errors.New("the handshake failed, as with a peer that has other security, or speaks another protocol")
)

// Error reports a failure of ZeroMQ.
type Error struct {
	Address string // as in the constructor
	Op      string // such as "bind", "connect", "send" or "receive"
	Err     error
}

// Error returns all of it on one line.
func (e *Error) Error() string { return fmt.Sprintf("zeromq: %s: %s: %v", e.Address, e.Op, e.Err) }

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }
