package measure

import (
	"errors"
	"math"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

func TestMedian(t *testing.T) {
	for _, c := range []struct {
		in   []float64
		want float64
	}{
		{[]float64{7}, 7},
		{[]float64{3, 1, 2}, 2},
		{[]float64{4, 1, 3, 2}, 2.5},
		{[]float64{1, 1, 1, 1000}, 1},
	} {
		in := slices.Clone(c.in)
		if got := Median(c.in); got != c.want {
			t.Errorf("Median(%v) = %v, want %v", c.in, got, c.want)
		}
		if !slices.Equal(in, c.in) {
			t.Errorf("Median changed %v to %v", in, c.in)
		}
	}
	if got := Median(nil); !math.IsNaN(got) {
		t.Errorf("Median of nothing is %v, want NaN", got)
	}
}

func TestBend(t *testing.T) {
	for _, c := range []struct {
		name string
		x, y []float64
		want float64
	}{
		{"line", []float64{1, 5, 10, 50}, []float64{100, 140, 190, 590}, 1},
		{"two points", []float64{1, 5}, []float64{100, 900}, 1},
		{"cliff at the end", []float64{0, 1, 2}, []float64{10, 20, 60}, 2},
		{"cliff in the middle", []float64{0, 1, 2, 3}, []float64{10, 20, 60, 85}, 2},
		{"flattens", []float64{0, 1, 2}, []float64{10, 20, 24}, 0.8},
	} {
		if got := Bend(c.x, c.y); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestClimb(t *testing.T) {
	for _, c := range []struct {
		y    []float64
		want float64
	}{
		{nil, 1},
		{[]float64{100}, 1},
		{[]float64{100, 60, 55}, 1},
		{[]float64{100, 50, 75, 60}, 1.5},
	} {
		if got := Climb(c.y); got != c.want {
			t.Errorf("Climb(%v) = %v, want %v", c.y, got, c.want)
		}
	}
}

// The subjects take turns, and each is first as often as the others.
func TestRunInterleaves(t *testing.T) {
	var order []string
	subject := func(name string) Subject {
		return Subject{name, func() (func(int), func(), error) {
			order = append(order, name)
			return func(int) {}, func() {}, nil
		}}
	}
	_, err := Plan{Rounds: 3, Sample: time.Nanosecond}.Run([]Subject{subject("A"), subject("B"), subject("C")})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"A", "B", "C", "A", "B", "C", "B", "C", "A", "C", "A", "B"} // the first three calibrate
	if !slices.Equal(order, want) {
		t.Errorf("order %v, want %v", order, want)
	}
}

func TestRunStopsWhatItStarts(t *testing.T) {
	running := 0
	_, err := Plan{Rounds: 4, Sample: time.Microsecond}.Run([]Subject{{"A", func() (func(int), func(), error) {
		running++
		return func(int) {}, func() { running-- }, nil
	}}})
	if err != nil || running != 0 {
		t.Errorf("error %v, %d still running", err, running)
	}
}

var sink []byte

func TestRunCounts(t *testing.T) {
	costs, err := Plan{Rounds: 2, Sample: time.Millisecond}.Run([]Subject{
		{"two", func() (func(int), func(), error) {
			return func(n int) {
				for range n {
					sink = make([]byte, 100)
					sink = make([]byte, 200)
				}
			}, func() {}, nil
		}},
		{"none", func() (func(int), func(), error) {
			return func(n int) {
				for range n {
					sink = sink[:0]
				}
			}, func() {}, nil
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if costs[0].Allocs != 2 || costs[1].Allocs != 0 {
		t.Errorf("allocations %v and %v, want 2 and 0", costs[0].Allocs, costs[1].Allocs)
	}
	if costs[0].Ns <= 0 {
		t.Errorf("two allocations take %v ns", costs[0].Ns)
	}
}

// Work that is not timed does not count.
func TestUntimed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		took := timed(func() {
			time.Sleep(time.Second)
			Untimed(func() { time.Sleep(time.Hour) })
		})
		if took != time.Second {
			t.Errorf("took %v, want a second", took)
		}
	})
}

func TestRunReturnsErrors(t *testing.T) {
	broken := errors.New("broken")
	_, err := Plan{Rounds: 1, Sample: time.Microsecond}.Run([]Subject{{"A", func() (func(int), func(), error) { return nil, nil, broken }}})
	if !errors.Is(err, broken) {
		t.Errorf("error %v, want %v", err, broken)
	}
}

func TestHeldSeesWhatStays(t *testing.T) {
	const size = 1 << 20
	var kept [][]byte
	keeps := Subject{"keeps", func() (func(int), func(), error) {
		return func(n int) {
			for range n {
				kept = append(kept, make([]byte, size))
			}
		}, func() { kept = nil }, nil
	}}
	got, err := Held(keeps, 4)
	if err != nil {
		t.Fatal(err)
	}
	if got < 4*size || got > 5*size {
		t.Errorf("held %v bytes, want about %d", got, 4*size)
	}
}
