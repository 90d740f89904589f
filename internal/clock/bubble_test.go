package clock_test

import (
	"testing"
	"testing/synctest"

	"github.com/logbook-go/logbook/internal/clock"
)

func TestInBubble(t *testing.T) {
	if clock.InBubble() {
		t.Error("true outside of a bubble")
	}
	synctest.Test(t, func(t *testing.T) {
		if !clock.InBubble() {
			t.Error("false inside a bubble")
		}
		done := make(chan bool)
		go func() { done <- clock.InBubble() }()
		if !<-done {
			t.Error("false on another goroutine of the bubble")
		}
	})
}
