package example

import (
	"testing"

	"github.com/logbook-go/logbook/compat"
	"github.com/logbook-go/logbook/logbook"
)

func Test(t *testing.T) {
	logbook.PushApplication(logbook.Null{}) // want `logbook.PushApplication returns the function that undoes it, which is never called`
	compat.RedirectSlog(log)                // want `compat.RedirectSlog returns the function that undoes it`

	t.Cleanup(logbook.PushApplication(logbook.Null{}))
	_ = logbook.PushApplication(logbook.Null{})
}
