package daemon

import (
	"fmt"

	"github.com/logbook-go/logbook/internal/encode"
)

// Code is the kind of a [ReplyError].
type Code string

// The codes.
const (
	CodeInvalid      Code = "invalid"      // an invalid command; a plain reply has the help
	CodeUnauthorized Code = "unauthorized" // the token is wrong or missing
	CodeTooLong      Code = "too_long"     // the message is longer than Options.MaxMessage
	CodeBusy         Code = "busy"         // there are too many clients, or too many long messages
	CodeRefused      Code = "refused"      // the command has refused its arguments
	CodeFailed       Code = "failed"       // the command has failed; see the daemon's log
)

// ReplyError is a reply that reports an error. A [Client] returns it, and a [Command] may,
// to refuse values that only it can check: then the code is CodeRefused if it is empty.
type ReplyError struct {
	Code    Code
	Message string
	Help    string // the help of the daemon; "" in JSON, and unless the code is CodeInvalid
}

// Error returns the message.
func (e *ReplyError) Error() string {
	if e.Code == CodeFailed {
		return string(encode.AppendText([]byte("the command failed: "), e.Message))
	}
	return string(encode.AppendText(nil, e.Message))
}

// ClientError reports that a message or its reply was not transferred.
type ClientError struct {
	Address string // of the daemon
	Op      string // the operation that failed: "connect", "send" or "receive"
	Err     error  // that of the system; os.ErrDeadlineExceeded if it took too long, or the context's
}

// Error returns all of it.
func (e *ClientError) Error() string {
	return fmt.Sprintf("daemon: %s: %s: %v", e.Address, e.Op, e.Err)
}

// Unwrap returns Err.
func (e *ClientError) Unwrap() error { return e.Err }

// LockError reports that the PID file cannot be locked.
type LockError struct {
	Path string
	PID  int    // of the process that has the lock, as it has written it; 0 if it is not known
	Host string // the host of that process
	Err  error
}

// Error names the file and the process.
func (e *LockError) Error() string {
	if e.PID != 0 {
		return fmt.Sprintf("daemon: PID file %s: locked by process %d on %s", e.Path, e.PID, e.Host)
	}
	return fmt.Sprintf("daemon: PID file %s: %v", e.Path, e.Err)
}

// Unwrap returns Err.
func (e *LockError) Unwrap() error { return e.Err }
