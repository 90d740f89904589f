//go:build integration

package database_test

import (
	"errors"
	"math"
	"reflect"
	"testing"
	"time"

	"github.com/logbook-go/logbook/database"
	"github.com/logbook-go/logbook/logbook"
)

// A value is saved when it has changed enough, or after some time.
func TestValueLogger(t *testing.T) {
	start := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	type value struct {
		second int
		value  float64
	}
	for name, test := range map[string]struct {
		o      *database.ValueOptions
		values []value
		want   []float64
	}{
		"any change":         {nil, []value{{0, 1}, {1, 1}, {2, 2}, {3, 2}, {601, 2}, {602, 2}}, []float64{1, 2, 2}},
		"after some time":    {nil, []value{{0, 1}, {599, 1}, {600, 1}, {601, 1}}, []float64{1, 1}},
		"a change of 2":      {&database.ValueOptions{Change: 2}, []value{{0, 1}, {1, 3}, {2, 3.1}, {3, 5.1}, {4, 1}}, []float64{1, 3.1, 1}},
		"a tenth":            {&database.ValueOptions{Change: 0.1, Relative: true}, []value{{0, 100}, {1, 109}, {2, 111}, {3, 121}, {4, 1}, {5, 1.2}}, []float64{100, 111, 1, 1.2}},
		"to and from zero":   {&database.ValueOptions{Change: 0.1, Relative: true}, []value{{0, 0}, {1, 0}, {2, 1e-9}, {3, 0}}, []float64{0, 1e-9, 0}},
		"each 10 s":          {&database.ValueOptions{Change: math.Inf(1), Interval: 10 * time.Second}, []value{{0, 1}, {9, 2}, {10, 3}, {19, 4}, {20, 5}}, []float64{1, 3, 5}},
		"between infinities": {nil, []value{{0, math.Inf(1)}, {1, math.Inf(1)}, {2, math.MaxFloat64}}, []float64{math.Inf(1), math.MaxFloat64}},
	} {
		t.Run(name, func(t *testing.T) {
			db := open(t, nil)
			exec(t, db, dateplots)
			l := continuous(t, db, t.TempDir(), nil)
			v, err := database.NewValueLogger(l, "a", test.o)
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			for _, o := range test.values {
				saved, err := v.Observe(t.Context(), start.Add(time.Duration(o.second)*time.Second), o.value)
				if err != nil {
					t.Error(err)
				}
				if saved {
					n++
				}
			}
			stop(t, l)
			if got := values(t, db); !reflect.DeepEqual(got, test.want) || n != len(got) {
				t.Errorf("got %v, want %v", got, test.want)
			}
			if saved, err := v.Observe(t.Context(), start.Add(time.Hour), 1e6); saved || !errors.Is(err, logbook.ErrClosed) {
				t.Error(saved, err)
			}
		})
	}
	db := open(t, nil)
	exec(t, db, dateplots)
	l := continuous(t, db, t.TempDir(), nil)
	unknown, option := (*database.CodenameError)(nil), (*logbook.OptionError)(nil)
	if _, err := database.NewValueLogger(l, "none", nil); !errors.As(err, &unknown) {
		t.Error(err)
	}
	for _, o := range []*database.ValueOptions{{Change: -1}, {Change: math.NaN()}, {Interval: -1}} {
		if _, err := database.NewValueLogger(l, "a", o); !errors.As(err, &option) {
			t.Error(err)
		}
	}
}
