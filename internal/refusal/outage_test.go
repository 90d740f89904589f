package refusal_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/logbook-go/logbook/internal/refusal"
)

// An outage is reported once, and its attempts become rarer.
func TestOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var o refusal.Outage
		for range 2 {
			if got := text(o.Failed(time.Now(), errors.New("gone"))); got != "cannot receive, and will try again: gone" {
				t.Error(got)
			}
			for range 9 {
				o.Wait(t.Context())
				if r := o.Failed(time.Now(), errors.New("still gone")); r != nil {
					t.Error(r.Message())
				}
			}
			begin := time.Now()
			if o.Wait(t.Context()); time.Since(begin) < 5*time.Second {
				t.Errorf("the last pause took %v", time.Since(begin))
			}
			o.Over()
			begin = time.Now()
			if o.Wait(t.Context()); time.Since(begin) > 200*time.Millisecond {
				t.Errorf("the first pause took %v", time.Since(begin))
			}
			o.Over()
		}
	})
}
