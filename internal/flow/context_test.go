package flow_test

import (
	"testing"
	"testing/synctest"

	"github.com/logbook-go/logbook/internal/flow"
)

// A context whose Done is first used in a bubble can be canceled outside.
func TestContextAcrossBubbles(t *testing.T) {
	ctx, cancel := flow.NewContext()
	synctest.Test(t, func(t *testing.T) {
		select {
		case <-ctx.Done():
			t.Error("ended too early")
		default:
		}
	})
	cancel()
	<-ctx.Done()
}
