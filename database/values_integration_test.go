//go:build integration

package database_test

import (
	"database/sql"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/database"
	"github.com/logbook-go/logbook/logbook/logbooktest"
)

type celsius float64

type label string

// TestValues stores values in columns of each type, by NewEntry and by NewEntries, which
// must agree.
func TestValues(t *testing.T) {
	db := open(t, nil)
	gauge(t, db, map[string]database.DataType{
		"bool": database.Bool, "short": database.Short, "int": database.Int, "long": database.Long,
		"float": database.Float, "double": database.Double, "string": database.String, "at": database.Time,
	})
	exec(t, db, `ALTER TABLE gauge ADD COLUMN interval interval, ADD COLUMN numeric numeric, ADD COLUMN jsonb jsonb, ADD COLUMN varchar varchar(3), ADD COLUMN date date`)
	at := time.Date(2026, 11, 30, 12, 0, 0, 123456789, time.FixedZone("", 3600))
	number := 7
	tests := []struct {
		name   string
		column string
		value  any
		want   any // nil: it is refused, with a reason
		reason string
	}{
		{"true", "bool", true, true, ""},
		{"false", "bool", false, false, ""},
		{"1 for a boolean", "bool", 1, nil, "a int does not fit a column of type BOOLEAN"},
		{"text for a boolean", "bool", "true", nil, "does not fit"},
		{"the greatest smallint", "short", math.MaxInt16, int16(math.MaxInt16), ""},
		{"40000 for a smallint", "short", 40000, nil, "40000 is out of range for SMALLINT"},
		{"the least integer", "int", int64(math.MinInt32), int32(math.MinInt32), ""},
		{"2^31 for an integer", "int", uint32(1 << 31), nil, "out of range for INTEGER"},
		{"3.5 for an integer", "int", 3.5, nil, "3.5 is not whole"},
		{"3.0 for an integer", "int", 3.0, int32(3), ""},
		{"NaN for an integer", "int", math.NaN(), nil, "out of range"},
		{"a boolean for an integer", "int", true, nil, "does not fit"},
		{"a pointer", "int", &number, int32(7), ""},
		{"a value of database/sql", "int", sql.NullInt32{Int32: 7, Valid: true}, int32(7), ""},
		{"a duration for an integer", "long", time.Second, nil, "a time.Duration does not fit"},
		{"the greatest bigint", "long", uint64(math.MaxInt64), int64(math.MaxInt64), ""},
		{"2^63 for a bigint", "long", uint64(1 << 63), nil, "out of range for BIGINT"},
		{"2.0^63 for a bigint", "long", 0x1p63, nil, "out of range"},
		{"-2.0^63 for a bigint", "long", -0x1p63, int64(math.MinInt64), ""},
		{"1e300 for FLOAT(24)", "float", 1e300, nil, "1e+300 is out of range for FLOAT(24)"},
		{"1e-60 for FLOAT(24)", "float", 1e-60, nil, "1e-60 is out of range for FLOAT(24)"},
		{"a denormal number", "float", 1e-40, float32(1e-40), ""},
		{"a type of the program", "float", celsius(21.5), float32(21.5), ""},
		{"infinity", "float", math.Inf(1), float32(math.Inf(1)), ""},
		{"an integer for FLOAT(24)", "float", 5, float32(5), ""},
		{"text for FLOAT(24)", "float", "NaN", nil, "does not fit"},
		{"1e300 for FLOAT(53)", "double", 1e300, 1e300, ""},
		{"text", "string", "T = 5 °C\n", "T = 5 °C\n", ""},
		{"empty text", "string", "", "", ""},
		{"text of the program's", "string", label("a"), "a", ""},
		{"text with NUL", "string", "a\x00b", nil, "NUL"},
		{"text that is not UTF-8", "string", "a\xff", nil, "not valid UTF-8"},
		{"a number for text", "string", 1, nil, "does not fit"},
		{"a time, cut to microseconds", "at", at, at.Truncate(time.Microsecond).UTC(), ""},
		{"a time before 2000", "at", time.Unix(0, -1500), time.Unix(0, -2000).UTC(), ""},
		{"the zero time", "at", time.Time{}, nil, "zero time"},
		{"a time that is too late", "at", time.Unix(1e13, 0), nil, "out of range"},
		{"a number for a time", "at", 1.5e9, nil, "does not fit"},
		{"the zero time as a date", "date", time.Time{}, nil, "zero time"},
		{"a duration for an interval", "interval", time.Minute, "00:01:00", ""},
		{"a duration for a numeric", "numeric", time.Minute, nil, "does not fit"},
		{"a number for a numeric", "numeric", 2.5, "2.5", ""},
		{"a struct for jsonb", "jsonb", struct{ A int }{1}, `{"A": 1}`, ""},
		{"text that fits", "varchar", "abc", "abc", ""},
		{"text with NUL elsewhere", "varchar", "a\x00", nil, "NUL"},
		{"text that is too long", "varchar", "abcd", nil, "value too long"},
		{"a channel", "jsonb", make(chan int), nil, "jsonb"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			columns := []string{test.column}
			entry := db.NewEntry(t.Context(), "gauge", columns, []any{test.value})
			_, entries := db.NewEntries(t.Context(), "gauge", columns, [][]any{{test.value}}, nil)
			for _, err := range []error{entry, entries} {
				if (err == nil) != (test.want != nil) || err != nil && (!errors.Is(err, database.ErrData) || !strings.Contains(err.Error(), test.reason)) {
					t.Errorf("got %v, want %s", err, test.reason)
				}
			}
			if n := count(t, db, "SELECT count(*) FROM gauge"); n != 2 && test.want != nil || n != 0 && test.want == nil {
				t.Errorf("%d rows", n)
			}
			read := test.column
			if _, text := test.want.(string); text {
				read += "::text"
			}
			for _, err := range []error{entry, entries} {
				if err != nil {
					continue
				}
				var got any
				if err := db.Pool().QueryRow(t.Context(), "SELECT "+read+" FROM gauge LIMIT 1").Scan(&got); err != nil {
					t.Fatal(err)
				}
				if moment, ok := got.(time.Time); ok {
					got = moment.UTC()
				}
				if !reflect.DeepEqual(got, test.want) {
					t.Errorf("got %#v, want %#v", got, test.want)
				}
				exec(t, db, "DELETE FROM gauge WHERE ctid IN (SELECT ctid FROM gauge LIMIT 1)")
			}
		})
	}
	for _, null := range []any{nil, (*int)(nil), sql.NullInt64{}} {
		if err := db.NewEntry(t.Context(), "gauge", []string{"int"}, []any{null}); err != nil {
			t.Error(err)
		}
		if n, err := db.NewEntries(t.Context(), "gauge", []string{"int"}, [][]any{{null}}, nil); n != 1 || err != nil {
			t.Error(n, err)
		}
	}
	if n := count(t, db, "SELECT count(*) FROM gauge WHERE int IS NULL"); n != 6 {
		t.Error(n)
	}
}

// What is logged by operations on rows is at debug, and has no values.
func TestLogged(t *testing.T) {
	db := open(t, nil)
	recorder := logbooktest.Record(t)
	gauge(t, db, map[string]database.DataType{"s": database.String})
	for range 3 {
		if err := db.NewEntry(t.Context(), "gauge", []string{"s"}, []any{"private"}); err != nil {
			t.Error(err)
		}
	}
	if !recorder.HasDebugs(logbooktest.Channel("database.new_entry")) || !recorder.HasInfos(logbooktest.Channel("database.new_column")) {
		t.Error(recorder)
	}
	if recorder.HasInfos(logbooktest.Channel("database.new_entry")) || strings.Contains(recorder.String(), "private") {
		t.Error(recorder)
	}
}
