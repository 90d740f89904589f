package queues

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"sync/atomic"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

// PipeOptions configure [NewPipe] and [ToParent]. nil is the default.
type PipeOptions struct {
	Level  slog.Leveler               // lowest level taken; nil: all
	Filter func(*logbook.Record) bool // called after the processors; nil: all
	Bubble bool                       // pass records on to the next handler
}

// Pipe writes records to a pipe, each as a line of JSON in the form of [logbook.Wire]. A
// [PipeSubscriber] reads them. A record is one write, so several processes may share a pipe
// as long as their records are no longer than what the system keeps together: 4096 bytes on
// Linux.
//
// A pipe that is full makes a log call wait for the reader; put a [Background] before it if
// it should not. Unlike a [handlers.Stream] it is not a console.
type Pipe struct {
	stream  *handlers.Stream
	binding logbook.Binding
	w       io.Writer
	closed  atomic.Bool
}

// NewPipe returns a handler that writes to w, such as [os.Stdout] of a child process. Close
// closes w if it is an [io.Closer].
func NewPipe(w io.Writer, o *PipeOptions) *Pipe {
	if o == nil {
		o = new(PipeOptions)
	}
	p := &Pipe{w: w, stream: handlers.NewStream(w, &logbook.Options{Level: o.Level, Filter: o.Filter, Bubble: o.Bubble, Formatter: logbook.Wire()})}
	p.binding = p.stream.Binding()
	p.binding.Console = false
	if p.binding.Quiet != nil {
		p.binding.Quiet = p
	}
	return p
}

// pipeVariable is the environment variable with the number of the descriptor that a child
// process writes records to.
const pipeVariable = "LOGBOOK_PIPE"

// FromChild makes a pipe for the records of a child process, which opens it by [ToParent].
// Call it before cmd.Start, and call started after it, whether it failed or not: started
// closes the parent's copy of the child's end. The subscriber yields records until the child, and those
// that inherited the pipe from it, have ended. It uses ExtraFiles and Env of cmd.
//
// On Windows, where a process inherits no further descriptors, the error wraps
// [errors.ErrUnsupported]: use NewPipe with the child's standard output, and
// [NewPipeSubscriber] with cmd.StdoutPipe.
func FromChild(cmd *exec.Cmd) (s *PipeSubscriber, started func(), err error) {
	if runtime.GOOS == "windows" {
		return nil, nil, fmt.Errorf("queues: a pipe to a child process: %w", errors.ErrUnsupported)
	}
	r, w, err := os.Pipe()
	if err != nil {
		return nil, nil, fmt.Errorf("queues: a pipe to a child process: %w", err)
	}
	cmd.ExtraFiles = append(cmd.ExtraFiles, w)
	cmd.Env = append(cmd.Environ(), pipeVariable+"="+strconv.Itoa(2+len(cmd.ExtraFiles)))
	return NewPipeSubscriber(r, nil), func() { _ = w.Close() }, nil
}

// ToParent returns a handler that sends records to the parent process, which has called
// [FromChild]. The error wraps [os.ErrNotExist] if it has not. A process that this one
// starts does not inherit the pipe.
func ToParent(o *PipeOptions) (*Pipe, error) {
	text, found := os.LookupEnv(pipeVariable)
	if !found {
		return nil, fmt.Errorf("queues: no pipe to the parent process: %w: environment variable %s", os.ErrNotExist, pipeVariable)
	}
	fd, err := strconv.ParseUint(text, 10, 31)
	if err != nil {
		return nil, fmt.Errorf("queues: no pipe to the parent process: invalid %s: %w", pipeVariable, err)
	}
	f, err := openInherited(uintptr(fd))
	if err != nil {
		return nil, fmt.Errorf("queues: no pipe to the parent process: descriptor %d: %w", fd, err)
	}
	return NewPipe(f, o), nil
}

// Binding implements [logbook.Bindable].
func (p *Pipe) Binding() logbook.Binding { return p.binding }

// Handle writes the record. After Close its error is [logbook.ErrClosed].
func (p *Pipe) Handle(r *logbook.Record) error {
	if p.closed.Load() {
		return logbook.ErrClosed
	}
	return p.stream.Handle(r)
}

// HandleBatch writes the records with one write. Records that are not written are left to
// the caller.
func (p *Pipe) HandleBatch(rs []*logbook.Record, why logbook.Reason) error {
	if p.closed.Load() {
		return logbook.ErrClosed
	}
	return p.stream.HandleBatch(rs, why)
}

// Stats returns the counts of records.
func (p *Pipe) Stats() logbook.Stats { return p.stream.Stats() }

// Close closes the writer. The reader sees the end of the source when all its writers are
// closed.
func (p *Pipe) Close(context.Context) error {
	if p.closed.Swap(true) {
		return nil
	}
	if c, ok := p.w.(io.Closer); ok {
		return c.Close()
	}
	return nil
}
