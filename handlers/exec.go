package handlers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"github.com/logbook-go/logbook/internal/flow"
	"github.com/logbook-go/logbook/internal/panics"
	"github.com/logbook-go/logbook/internal/tally"
	"github.com/logbook-go/logbook/logbook"
)

const (
	defaultExecTimeout = 10 * time.Second
	defaultConcurrent  = 4

	// outputDelay is how long other processes may keep the standard error of a command
	// open after it has ended or was killed.
	outputDelay = time.Second

	// maxStderr bounds the length of ExecError.Stderr.
	maxStderr = 1 << 10
)

// ExecOptions configure [NewExec]. nil is the default: no standard input.
type ExecOptions struct {
	Level     slog.Leveler               // lowest level taken; nil: all
	Filter    func(*logbook.Record) bool // called after the processors; nil: all
	Bubble    bool                       // pass handled records on to the next handler
	Formatter logbook.Formatter          // for the command's standard input; nil: it is empty

	// Timeout is how long a command may run, including its wait for others. Then it is
	// killed, on Unix with the processes that it started. 0 or less: 10 s.
	Timeout time.Duration

	Dir string   // the command's directory, relative to the current one when NewExec is called; "": that of the program
	Env []string // the command's environment, "key=value"; nil: that of the program

	// MaxConcurrent is the number of commands that run at a time; further records wait. 0
	// or less: 4.
	MaxConcurrent int
}

// Exec runs a command for each record, such as one that sends a message, and waits for
// its end. A slow command therefore delays the logging call, unless NewBackground of package
// queues calls the handler.
//
// No shell is involved. Each argument is one argument of the command, whatever the record
// contains; newlines are kept, and other control characters are escaped. If the command
// takes options, put "--" before an argument that begins with data of the record.
//
// The command's standard output is ignored. It has failed if its exit status is not 0;
// the error is an [*ExecError]. Each record of a batch runs a command.
//
// It is safe for concurrent use.
type Exec struct {
	opts      logbook.Options
	binding   logbook.Binding
	path      string
	arguments []logbook.Formatter
	timeout   time.Duration
	dir       string
	env       []string

	inside flow.Inflight
	turns  chan struct{} // holds one element for each command that runs
	ctx    context.Context
	kill   context.CancelFunc // ends ctx, and with it all commands

	tally  tally.Tally
	killed atomic.Uint64
}

// ExecError reports that a command failed, or could not be run.
type ExecError struct {
	Command string // its name, without arguments
	Err     error  // wraps context.DeadlineExceeded after the timeout; otherwise often an *exec.ExitError
	Stderr  string // the last KiB of its standard error
}

// Error names the command and the failure. It is one line if Stderr is.
func (e *ExecError) Error() string {
	s := fmt.Sprintf("handlers: command %q: %v", e.Command, e.Err)
	if e.Stderr != "" {
		s += ": " + e.Stderr
	}
	return s
}

// Unwrap returns Err.
func (e *ExecError) Unwrap() error { return e.Err }

// NewExec returns a handler that runs a command. argv[0] is its name or path, which is
// looked up at once as by [exec.LookPath], from the current directory; the arguments are
// Logbook format strings, such as "{record.message}". The error is a
// [*logbook.OptionError]; that of an argument wraps a [*logbook.FormatError].
func NewExec(argv []string, o *ExecOptions) (*Exec, error) {
	if len(argv) == 0 || argv[0] == "" {
		return nil, invalidExec("argv", errors.New("want the name of a command"))
	}
	path, err := exec.LookPath(argv[0])
	if err == nil {
		path, err = filepath.Abs(path) // a relative path would be looked up in ExecOptions.Dir
	}
	if err != nil {
		return nil, invalidExec("argv", err)
	}
	if o == nil {
		o = new(ExecOptions)
	}
	dir := o.Dir
	if dir != "" {
		if dir, err = filepath.Abs(dir); err != nil {
			return nil, invalidExec("Dir", err)
		}
	}
	h := &Exec{
		opts: logbook.Options{Level: o.Level, Filter: o.Filter, Bubble: o.Bubble, Formatter: o.Formatter},
		path: path, dir: dir, env: o.Env,
		timeout: positive(o.Timeout, defaultExecTimeout),
		turns:   make(chan struct{}, positive(o.MaxConcurrent, defaultConcurrent)),
	}
	h.binding = h.opts.Binding()
	h.binding.NoCaller = o.Filter == nil && !(o.Formatter != nil && h.opts.ReadsCaller())
	for i, a := range argv[1:] {
		f, err := logbook.Format(a, &logbook.FormatOptions{
			Multiline: true,
			Exception: func(b []byte, _ *logbook.ErrorInfo) []byte { return b }, // no traceback unless the format string names it
		})
		if err != nil {
			return nil, invalidExec(fmt.Sprintf("argv[%d]", i+1), err)
		}
		h.arguments = append(h.arguments, f)
		h.binding.NoCaller = h.binding.NoCaller && !logbook.Options{Formatter: f}.ReadsCaller()
	}
	h.ctx, h.kill = flow.NewContext()
	h.inside.Closed() // makes its channel here, for the reason that NewContext gives
	return h, nil
}

func invalidExec(option string, err error) error {
	return &logbook.OptionError{Options: "handlers.ExecOptions", Option: option, Err: err}
}

// Binding implements [logbook.Bindable].
func (h *Exec) Binding() logbook.Binding { return h.binding }

// Handle runs the command and waits for its end. After Close its error wraps
// [logbook.ErrClosed].
func (h *Exec) Handle(r *logbook.Record) error {
	if !h.inside.Enter(1) {
		return h.failed(logbook.ErrClosed, "", false)
	}
	defer h.inside.Leave(1)
	arguments, stdin, err := h.format(r)
	if err != nil {
		return h.failed(err, "", false)
	}
	ctx, cancel := context.WithTimeout(h.ctx, h.timeout)
	defer cancel()
	if err := h.takeTurn(ctx); err != nil {
		return h.failed(err, "", false)
	}
	defer func() { <-h.turns }()
	cmd := exec.CommandContext(ctx, h.path, arguments...)
	cmd.Dir, cmd.Env, cmd.WaitDelay = h.dir, h.env, outputDelay
	if h.opts.Formatter != nil {
		cmd.Stdin = bytes.NewReader(stdin)
	}
	var stderr tail
	cmd.Stderr = &stderr
	killGroup(cmd)
	err = cmd.Run()
	if err == nil || errors.Is(err, exec.ErrWaitDelay) {
		h.tally.Handled(1)
		return nil
	}
	killed := ctx.Err() != nil
	if killed {
		err = fmt.Errorf("killed: %w", ctx.Err())
	}
	return h.failed(err, strings.TrimSpace(strings.ToValidUTF8(string(stderr.text), "")), killed)
}

// takeTurn waits until the command may run. After Close a waiting command may not.
func (h *Exec) takeTurn(ctx context.Context) error {
	select {
	case <-h.inside.Closed():
		return logbook.ErrClosed
	default:
	}
	select {
	case h.turns <- struct{}{}:
		return nil
	case <-h.inside.Closed():
		return logbook.ErrClosed
	case <-ctx.Done():
		return fmt.Errorf("no turn within %v: %w", h.timeout, ctx.Err())
	}
}

// format renders the arguments and the standard input. A panic is returned as an error,
// so that it is counted.
func (h *Exec) format(r *logbook.Record) (arguments []string, stdin []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = panics.Error(p)
		}
	}()
	for _, f := range h.arguments {
		text, err := f.AppendFormat(nil, r)
		if err != nil {
			return nil, nil, err
		}
		arguments = append(arguments, string(text))
	}
	if h.opts.Formatter != nil {
		stdin, err = h.opts.AppendFormat(nil, r)
	}
	return arguments, stdin, err
}

func (h *Exec) failed(err error, stderr string, killed bool) error {
	h.tally.Dropped(1)
	if killed {
		h.killed.Add(1)
	}
	return &ExecError{Command: h.path, Err: err, Stderr: stderr}
}

// Stats returns the counts so far. Handled are the records whose command succeeded, Held
// those whose command runs or waits. The counter "kills" is the number of commands that
// were killed.
func (h *Exec) Stats() logbook.Stats {
	stats := h.tally.Stats()
	stats.Held = h.inside.Len()
	stats.Counters = []logbook.Counter{{Name: "kills", Value: h.killed.Load()}}
	return stats
}

// Close waits for running commands. When the context ends, it kills them and returns an
// error that wraps that of the context.
func (h *Exec) Close(ctx context.Context) error {
	killed := h.inside.Close(ctx) > 0
	h.kill()
	h.inside.Close(context.Background()) // killed commands end
	if killed {
		return &ExecError{Command: h.path, Err: fmt.Errorf("killed on closing: %w", context.Cause(ctx))}
	}
	return nil
}

// tail keeps the last bytes written to it.
type tail struct{ text []byte }

func (t *tail) Write(p []byte) (int, error) {
	t.text = append(t.text, p...)
	if n := len(t.text) - maxStderr; n > 0 {
		t.text = append(t.text[:0], t.text[n:]...)
	}
	return len(p), nil
}
