package errchain_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"testing"

	"github.com/logbook-go/logbook/internal/errchain"
)

// cyclic is an error that can be made to wrap itself.
type cyclic struct{ inner error }

func (*cyclic) Error() string   { return "cyclic" }
func (e *cyclic) Unwrap() error { return e.inner }

type tree []error

func (tree) Error() string     { return "tree" }
func (t tree) Unwrap() []error { return t }

type like struct{ target error }

func (like) Error() string          { return "like" }
func (e like) Is(target error) bool { return e.target == target }

func TestIs(t *testing.T) {
	loop := new(cyclic)
	loop.inner = fmt.Errorf("again: %w", loop)
	bush := make(tree, 3)
	bush[0], bush[1], bush[2] = bush, loop, bush
	deep := io.EOF
	for range 100 {
		deep = fmt.Errorf("deeper: %w", deep)
	}
	for name, test := range map[string]struct {
		err  error
		want bool
	}{
		"nil":          {nil, false},
		"itself":       {io.EOF, true},
		"wrapped":      {fmt.Errorf("a: %w", fmt.Errorf("b: %w", io.EOF)), true},
		"joined":       {errors.Join(io.ErrShortWrite, fmt.Errorf("a: %w", io.EOF)), true},
		"another":      {errors.Join(io.ErrShortWrite, fs.ErrClosed), false},
		"by method":    {fmt.Errorf("a: %w", like{io.EOF}), true},
		"cyclic":       {loop, false},
		"cyclic tree":  {bush, false},
		"before cycle": {errors.Join(io.EOF, loop), true},
		"nil inside":   {tree{nil, io.EOF}, true},
		"too deep":     {deep, false},
	} {
		if got := errchain.Is(test.err, io.EOF); got != test.want {
			t.Errorf("%s: Is = %v", name, got)
		}
	}
}

func TestAs(t *testing.T) {
	want := &fs.PathError{Op: "open", Path: "p", Err: io.EOF}
	loop := new(cyclic)
	loop.inner = loop
	if got, ok := errchain.As[*fs.PathError](errors.Join(io.EOF, fmt.Errorf("a: %w", want))); !ok || got != want {
		t.Errorf("As = %v, %v", got, ok)
	}
	if got, ok := errchain.As[*fs.PathError](loop); ok || got != nil {
		t.Errorf("As = %v, %v", got, ok)
	}
}
