package clock_test

import (
	"testing"
	"testing/synctest"

	"github.com/logbook-go/logbook/internal/clock"
)

func TestInBubble(t *testing.T) {
	if clock.InBubble() {
		t.Error("in a bubble outside of any")
	}
	synctest.Test(t, func(t *testing.T) {
		if !clock.InBubble() {
			t.Error("not in a bubble within one")
		}
		done := make(chan bool)
		go func() { done <- clock.InBubble() }()
		if !<-done {
			t.Error("a goroutine of the bubble is not in it")
		}
	})
}
