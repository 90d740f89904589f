package pyformat

import (
	"math"
	"testing"
	"time"
)

// TestPython compares the directives with Python's. This test covers times that Python
// does not have.
func TestAppendTime(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	utc := time.Date(2024, 2, 29, 13, 37, 42, 5000999, time.UTC)
	for _, tt := range []struct {
		time         time.Time
		layout, want string
	}{
		{utc, "", ""},
		{utc, defaultLayout, "2024-02-29 13:37:42.005000+0000"},
		{utc.In(berlin), defaultLayout, "2024-02-29 14:37:42.005000+0100"},
		{utc.In(berlin), "%Z %s", "CET 1709213862"},
		{utc.In(time.FixedZone("", -5400)), "%Z %z", "-0130 -0130"},
		{utc.In(time.FixedZone("", 1<<20)), "%z", "+2911616"},
		{utc, "%Q %-d %é %", "%Q %-d %é %"},
		{utc, "%%Y\xff{}", "%Y\xff{}"},
		{time.Time{}, "%Y %G %y %C", "0001 0001 01 %C"},
		{time.Date(-45, 3, 15, 0, 0, 0, 0, time.UTC), "%Y %y", "-45 55"},
		{time.Date(12345, 1, 1, 0, 0, 0, 0, time.UTC), "%Y", "12345"},
		// The hour that daylight saving time repeats.
		{time.Date(2024, 10, 27, 0, 30, 0, 0, time.UTC).In(berlin), "%H:%M%z", "02:30+0200"},
		{time.Date(2024, 10, 27, 1, 30, 0, 0, time.UTC).In(berlin), "%H:%M%z", "02:30+0100"},
		{time.Date(1890, 1, 1, 0, 0, 0, 0, time.UTC).In(berlin), "%H:%M:%S %z %Z", "00:53:28 +005328 LMT"},
	} {
		if got := string(AppendTime([]byte("-"), tt.time, tt.layout)); got != "-"+tt.want {
			t.Errorf("%v with %q = %q, want %q", tt.time, tt.layout, got[1:], tt.want)
		}
	}
}

// TestAppendTimeStdlib compares times of a year, including every hour of the day, with
// the standard library.
func TestAppendTimeStdlib(t *testing.T) {
	zone, err := time.LoadLocation("America/St_Johns")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(1999, 12, 25, 0, 0, 0, 123456789, zone)
	for range 3000 {
		at = at.Add(3*time.Hour + 7*time.Minute + 13*time.Second)
		want := at.Format("2006-01-02T15:04:05.000000-0700 Mon Monday Jan January 002 03PM 06 MST _2")
		got := string(AppendTime(nil, at, "%FT%T.%f%z %a %A %b %B %j %I%p %y %Z _2"))
		want = want[:len(want)-2] + "_2"
		if got != want {
			t.Fatalf("%q, want %q", got, want)
		}
	}
}

func FuzzAppendTime(f *testing.F) {
	f.Add(int64(0), int64(0), 0, defaultLayout)
	f.Add(int64(1)<<62, int64(-1), math.MinInt32, "%c%x%X%U%W%V%G%j%y%e%%%")
	f.Fuzz(func(t *testing.T, seconds, nanos int64, offset int, layout string) {
		at := time.Unix(seconds, nanos).In(time.FixedZone("zone", offset))
		b := AppendTime(nil, at, layout)
		if len(b) > 32*len(layout) {
			t.Fatalf("%q gave %d bytes", layout, len(b))
		}
	})
}
