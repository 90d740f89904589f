package encode_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"github.com/logbook-go/logbook/internal/encode"
)

func checkInt(t *testing.T, i int64) {
	t.Helper()
	if got, want := string(encode.AppendInt([]byte("x"), i)), "x"+strconv.FormatInt(i, 10); got != want {
		t.Fatalf("AppendInt(%d) = %s", i, got)
	}
	if got, want := string(encode.AppendUint(nil, uint64(i))), strconv.FormatUint(uint64(i), 10); got != want {
		t.Fatalf("AppendUint(%d) = %s", uint64(i), got)
	}
}

func TestInt(t *testing.T) {
	for i := range int64(20000) {
		checkInt(t, i)
		checkInt(t, i*5003)
	}
	p := int64(1)
	for range 19 {
		for d := int64(-2); d <= 2; d++ {
			checkInt(t, p+d)
			checkInt(t, -p+d)
		}
		p *= 10
	}
	checkInt(t, math.MaxInt64)
	checkInt(t, math.MinInt64)
	rng := rand.New(rand.NewPCG(1, 2))
	for range 200000 {
		checkInt(t, int64(rng.Uint64()>>(rng.Uint()%64)))
	}
}

// TestIntDigits tests every value of each group of four digits.
func TestIntDigits(t *testing.T) {
	for i := range int64(10000) {
		checkInt(t, 1_0000_0000+i)
		checkInt(t, i*10000+i)
		checkInt(t, 7_0000_0000_0000_0000+i*10000)
	}
}

func FuzzInt(f *testing.F) {
	f.Add(int64(0))
	f.Add(int64(math.MinInt64))
	f.Fuzz(checkInt)
}

func checkFloat(t *testing.T, f float64) {
	t.Helper()
	got := encode.AppendJSONFloat([]byte("x"), f)[1:]
	want, err := json.Marshal(f)
	switch {
	case math.IsNaN(f):
		want, err = []byte(`"NaN"`), nil
	case math.IsInf(f, 1):
		want, err = []byte(`"+Inf"`), nil
	case math.IsInf(f, -1):
		want, err = []byte(`"-Inf"`), nil
	}
	if err != nil || string(got) != string(want) {
		t.Fatalf("AppendJSONFloat(%v) = %s, want %s (%v)", f, got, want, err)
	}
	if !math.IsNaN(f) && !math.IsInf(f, 0) {
		back, err := strconv.ParseFloat(string(got), 64)
		if err != nil || math.Float64bits(back) != math.Float64bits(f) {
			t.Fatalf("AppendJSONFloat(%v) = %s reads back as %v, %v", f, got, back, err)
		}
	}
}

func TestJSONFloat(t *testing.T) {
	tests := []float64{
		0, math.Copysign(0, -1), 1, -1, 0.1, 0.5, 12.345, 99.999999, 0.3, 0.1 + 0.2, 1e-6, 9.99e-7, 1e-7, 1.5e-6, 1.1e-6,
		123456789.123456, 999999999.999999, 999999999.9999999, 1e9, 1e9 + 0.5, 1e15, 1e15 - 1, 1e15 + 2, 1 << 53, 1<<53 + 2,
		1e20, 1e21, 1e22, 1e100, 1e-9, 1e-10, 1e-100, math.Pi, math.MaxFloat64, math.SmallestNonzeroFloat64,
		math.NaN(), math.Inf(1), math.Inf(-1), 5e-7, 4.9999999e-7, math.Nextafter(12.345, 13), math.Nextafter(1e-6, 0),
		float64(float32(0.1)), 1e9 - 1.0/(1<<23),
	}
	for _, f := range tests {
		checkFloat(t, f)
		checkFloat(t, -f)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for range 100000 {
		checkFloat(t, math.Float64frombits(rng.Uint64()))
		f := float64(rng.Int64N(1e15)) / math.Pow10(rng.IntN(16))
		checkFloat(t, f)
		checkFloat(t, math.Nextafter(f, 0))
	}
}

func FuzzJSONFloat(f *testing.F) {
	f.Add(0.1)
	f.Add(-1e-7)
	f.Fuzz(checkFloat)
}

func checkDuration(t *testing.T, n int64) {
	t.Helper()
	d := time.Duration(n)
	if got := string(encode.AppendDuration([]byte("x"), d)); got != "x"+d.String() {
		t.Fatalf("AppendDuration(%d) = %s, want %s", n, got[1:], d)
	}
}

func TestDuration(t *testing.T) {
	edges := []time.Duration{0, 1, time.Microsecond, time.Millisecond, time.Second, time.Minute, time.Hour, 10 * time.Second, 100 * time.Hour, math.MaxInt64}
	for _, e := range edges {
		for d := time.Duration(-120); d <= 120; d++ {
			checkDuration(t, int64(e+d))
			checkDuration(t, int64(-e-d))
		}
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for range 200000 {
		n := int64(rng.Uint64() >> (rng.Uint() % 64))
		checkDuration(t, n)
		checkDuration(t, n-n%1_000_000)
		checkDuration(t, n-n%10)
	}
}

func FuzzDuration(f *testing.F) {
	f.Add(int64(0))
	f.Add(int64(math.MinInt64))
	f.Fuzz(checkDuration)
}
