package panics_test

import (
	"errors"
	"io"
	"testing"

	"github.com/logbook-go/logbook/internal/panics"
)

func TestCall(t *testing.T) {
	for _, tt := range []struct {
		fn   func() error
		want string
		is   error
	}{
		{func() error { return nil }, "", nil},
		{func() error { return io.EOF }, "EOF", io.EOF},
		{func() error { panic("oops") }, "panic: oops", nil},
		{func() error { panic(io.EOF) }, "panic: EOF", io.EOF},
	} {
		err := panics.Call(tt.fn)
		if (err == nil) != (tt.want == "") || err != nil && err.Error() != tt.want || tt.is != nil && !errors.Is(err, tt.is) {
			t.Errorf("%v, want %s", err, tt.want)
		}
	}
}
