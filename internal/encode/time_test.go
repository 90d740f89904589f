package encode_test

import (
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	_ "time/tzdata" // zones for the tests on any system

	"github.com/logbook-go/logbook/internal/encode"
)

const (
	layoutRFC3339 = "2006-01-02T15:04:05.000000Z07:00"
	layoutText    = "2006-01-02 15:04:05.000000-0700"
)

func zones(t testing.TB) []*time.Location {
	t.Helper()
	all := []*time.Location{
		time.UTC, time.Local, time.FixedZone("", 0), time.FixedZone("east", 23*3600+59*60), time.FixedZone("west", -23*3600-59*60),
		time.FixedZone("seconds", 1172), time.FixedZone("less than a minute", -30), time.FixedZone("half", -(3*3600 + 1800)),
	}
	for _, name := range []string{"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/St_Johns", "Africa/Casablanca", "Pacific/Apia", "Europe/Dublin"} {
		loc, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, loc)
	}
	return all
}

func checkTime(t *testing.T, c *encode.TimeCache, tm time.Time) {
	t.Helper()
	if got, want := string(c.AppendRFC3339([]byte("x"), tm)), tm.Format("x"+layoutRFC3339); got != want {
		t.Fatalf("AppendRFC3339(%v) = %s, want %s", tm, got, want)
	}
	if got, want := string(c.AppendText([]byte("x"), tm)), tm.Format("x"+layoutText); got != want {
		t.Fatalf("AppendText(%v) = %s, want %s", tm, got, want)
	}
}

// TestTimeDST tests each second around every change of the offset within some years, in
// one zone and alternating between all of them.
func TestTimeDST(t *testing.T) {
	locs := zones(t)
	var changes []time.Time
	for _, loc := range locs {
		at := time.Date(2010, 1, 1, 0, 0, 0, 0, loc)
		for at.Year() < 2028 {
			_, end := at.ZoneBounds()
			if end.IsZero() {
				break
			}
			changes = append(changes, end)
			at = end
		}
	}
	if len(changes) < 100 {
		t.Fatalf("only %d changes", len(changes))
	}
	var shared encode.TimeCache
	for _, change := range changes {
		var own encode.TimeCache
		for quarter := range 24 {
			tm := change.Add(time.Duration(quarter-12)*250*time.Millisecond + 123456789)
			for range 3 { // miss, hit, hit
				checkTime(t, &own, tm)
			}
			for _, loc := range locs {
				checkTime(t, &shared, tm.In(loc))
			}
		}
	}
}

func TestTimeFractions(t *testing.T) {
	var c encode.TimeCache
	at := time.Date(2026, 7, 29, 12, 34, 56, 0, time.UTC)
	for _, ns := range []int{0, 1, 999, 1000, 1999, 999_999, 1_000_000, 99_999_999, 100_000_000, 123_456_789, 999_999_999} {
		checkTime(t, &c, at.Add(time.Duration(ns)))
	}
}

// Times of attributes keep all digits.
func TestAppendRFC3339(t *testing.T) {
	for _, loc := range zones(t) {
		for _, ns := range []int{0, 1, 10, 999, 1000, 1999, 500_000_000, 999_000, 1_000_000, 100_000_000, 123_456_789, 123_456_780, 999_999_999} {
			for _, year := range []int{-12000, -1, 0, 1, 1900, 2026, 9999, 10000, 12000} {
				at := time.Date(year, 7, 29, 12, 34, 56, ns, loc)
				if got, want := string(encode.AppendRFC3339([]byte("x"), at)), at.Format("x"+time.RFC3339Nano); got != want {
					t.Errorf("AppendRFC3339 = %s, want %s", got, want)
				}
			}
		}
	}
	if got := string(encode.AppendRFC3339(nil, time.Date(2026, 1, 1, 0, 0, 0, 0, time.FixedZone("", 86400)))); got != "2025-12-31T00:00:00Z" {
		t.Errorf("a zone of a day: %s", got)
	}
}

func TestTimeOutOfRange(t *testing.T) {
	tests := []struct {
		name string
		t    time.Time
		want string
	}{
		{"zero", time.Time{}, "0001-01-01T00:00:00.000000Z"},
		{"year 0", time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC), "0000-01-01T00:00:00.000000Z"},
		{"year -1", time.Date(-1, 12, 31, 23, 59, 59, 0, time.UTC), "-0001-12-31T23:59:59.000000Z"},
		{"year 0 in the east", time.Date(0, 1, 1, 0, 0, 0, 0, time.FixedZone("", 3600)), "0000-01-01T00:00:00.000000+01:00"},
		{"year 9999", time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC), "9999-12-31T23:59:59.000000Z"},
		{"year 10000", time.Date(10000, 1, 1, 0, 0, 0, 5000, time.UTC), "10000-01-01T00:00:00.000005Z"},
		{"year 10000 in the east", time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC).In(time.FixedZone("", 3600)), "10000-01-01T00:59:59.000000+01:00"},
		{"year 9999 in the west", time.Date(9999, 12, 31, 23, 59, 59, 0, time.FixedZone("", -3600)), "9999-12-31T23:59:59.000000-01:00"},
		{"zone of a day", time.Date(2026, 1, 1, 0, 0, 0, 0, time.FixedZone("", 86400)), "2025-12-31T00:00:00.000000Z"},
		{"zone of a day west", time.Date(2026, 1, 1, 0, 0, 0, 0, time.FixedZone("", -86400)), "2026-01-02T00:00:00.000000Z"},
	}
	for _, test := range tests {
		var c encode.TimeCache
		for range 2 { // miss and hit
			if got := string(c.AppendRFC3339(nil, test.t)); got != test.want {
				t.Errorf("%s: got %s, want %s", test.name, got, test.want)
			}
		}
	}
}

func TestTimeConcurrent(t *testing.T) {
	var c encode.TimeCache
	locs := zones(t)
	var wg sync.WaitGroup
	for seed := range uint64(4) {
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(seed, 1))
			for range 20000 {
				tm := time.Unix(1_790_000_000+rng.Int64N(3), rng.Int64N(1e9)).In(locs[rng.IntN(3)])
				if got, want := string(c.AppendRFC3339(nil, tm)), tm.Format(layoutRFC3339); got != want {
					t.Errorf("AppendRFC3339 = %s, want %s", got, want)
					return
				}
			}
		})
	}
	wg.Wait()
}

func TestTimeSynctest(t *testing.T) {
	var c encode.TimeCache
	checkTime(t, &c, time.Now())
	synctest.Test(t, func(t *testing.T) {
		for range 50 {
			checkTime(t, &c, time.Now())
			<-time.After(300 * time.Millisecond)
		}
		if got := string(c.AppendRFC3339(nil, time.Now().UTC()))[:4]; got != "2000" {
			t.Errorf("the year in a bubble is %s, want 2000", got)
		}
	})
}

func FuzzTime(f *testing.F) {
	locs := zones(f)
	f.Add(int64(0), int64(0), byte(0))
	f.Add(int64(1774745999), int64(999999999), byte(8))
	var c encode.TimeCache
	f.Fuzz(func(t *testing.T, sec, ns int64, zone byte) {
		tm := time.Unix(sec, ns).In(locs[int(zone)%len(locs)])
		checkTime(t, &c, tm)
		checkTime(t, &c, tm)
	})
}

// TestAppendRFC3339Dates tests each day of 400 years, and random seconds between the
// years 0 and 9999.
func TestAppendRFC3339Dates(t *testing.T) {
	check := func(at time.Time) {
		t.Helper()
		if got, want := string(encode.AppendRFC3339(nil, at)), at.Format(time.RFC3339Nano); got != want {
			t.Fatalf("AppendRFC3339 = %s, want %s", got, want)
		}
	}
	for day := time.Date(1799, 12, 1, 23, 59, 59, 0, time.UTC); day.Year() < 2202; day = day.AddDate(0, 0, 1) {
		check(day)
	}
	random := rand.New(rand.NewPCG(1, 2))
	first, last := time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC).Unix(), time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC).Unix()
	check(time.Unix(first, 1).UTC())
	check(time.Unix(last, 999999999).UTC())
	for range 20_000 {
		check(time.Unix(first+random.Int64N(last-first), random.Int64N(1e9)).UTC())
		check(time.Unix(first+random.Int64N(last-first), 1000*random.Int64N(1e6)).In(time.FixedZone("", random.IntN(2*86399)-86399)))
	}
	check(time.Unix(first-1, 0).UTC())
	check(time.Unix(last+1, 0).UTC())
}
