//go:build !go1.27

package logbook_test

import (
	"strings"
	"testing"

	"github.com/logbook-go/logbook/logbook"
)

// A value that refuses to be encoded with an error that wraps itself. From Go 1.27 on,
// encoding/json follows such an error without an end.
func TestCyclicErrorOfAValue(t *testing.T) {
	loop := new(cyclicError)
	loop.inner = loop
	h := recordAs(t, logbook.JSON(nil))
	logbook.Info("m", "v", refusing{loop})
	if got := h.line(t); !strings.Contains(got, "cyclic") {
		t.Errorf("the line is %s", got)
	}
}

type refusing struct{ err error }

func (r refusing) MarshalJSON() ([]byte, error) { return nil, r.err }
