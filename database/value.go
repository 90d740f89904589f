package database

import (
	"database/sql/driver"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/pgtype"
)

// pgx stores values that do not fit a column as others: 1e300 in FLOAT(24) as Infinity, 3.5
// in INTEGER as 3, a duration as its nanoseconds. So the values of common types are encoded
// here. For all other types pgx does it.

// encoder encodes values for columns, in the binary format of PostgreSQL.
type encoder struct {
	types *pgtype.Map
}

// append appends a value for a column of a type. null is whether it is NULL. The error
// wraps ErrData.
func (e *encoder) append(b []byte, oid uint32, value any) (_ []byte, null bool, err error) {
	v, err := plain(value)
	switch {
	case err != nil:
	case v == nil:
		return b, true, nil
	case dataTypeOf(oid) == "":
		b, null, err = e.appendOther(b, oid, value, v)
	default:
		b, err = e.appendPlain(b, oid, v)
	}
	if err != nil {
		err = fmt.Errorf("%w: %w", ErrData, err)
	}
	return b, null, err
}

func (e *encoder) appendPlain(b []byte, oid uint32, value any) ([]byte, error) {
	switch oid {
	case pgtype.BoolOID:
		v, ok := value.(bool)
		if !ok {
			return b, e.mismatch(oid, value)
		}
		if v {
			return append(b, 1), nil
		}
		return append(b, 0), nil
	case pgtype.Int2OID:
		n, err := e.integer(oid, value, math.MinInt16, math.MaxInt16)
		return binary.BigEndian.AppendUint16(b, uint16(n)), err
	case pgtype.Int4OID:
		n, err := e.integer(oid, value, math.MinInt32, math.MaxInt32)
		return binary.BigEndian.AppendUint32(b, uint32(n)), err
	case pgtype.Int8OID:
		n, err := e.integer(oid, value, math.MinInt64, math.MaxInt64)
		return binary.BigEndian.AppendUint64(b, uint64(n)), err
	case pgtype.Float4OID:
		f, err := e.float(oid, value)
		small := float32(f)
		if err == nil && (math.IsInf(float64(small), 0) && !math.IsInf(f, 0) || small == 0 && f != 0) {
			err = e.outOfRange(oid, value)
		}
		return binary.BigEndian.AppendUint32(b, math.Float32bits(small)), err
	case pgtype.Float8OID:
		f, err := e.float(oid, value)
		return binary.BigEndian.AppendUint64(b, math.Float64bits(f)), err
	case pgtype.TextOID:
		s, ok := value.(string)
		if !ok {
			return b, e.mismatch(oid, value)
		}
		return append(b, s...), checkText(s)
	default:
		micros, err := e.micros(oid, value)
		return binary.BigEndian.AppendUint64(b, uint64(micros)), err
	}
}

// appendOther appends a value for a column of another type as pgx encodes it. v is the value
// that plain returns for it.
func (e *encoder) appendOther(b []byte, oid uint32, value, v any) (_ []byte, null bool, err error) {
	switch v := v.(type) {
	case time.Duration:
		if oid != pgtype.IntervalOID {
			return b, false, e.mismatch(oid, v)
		}
	case time.Time:
		err = checkTime(v)
	case string:
		err = checkText(v)
	}
	if err != nil {
		return b, false, err
	}
	encoded, err := e.types.Encode(oid, pgtype.BinaryFormatCode, value, b)
	if err != nil {
		return b, false, fmt.Errorf("%s for %T: %w", e.name(oid), value, err)
	}
	return encoded, encoded == nil, nil
}

// plain returns a value as one of the types that the encoder distinguishes.
func plain(value any) (any, error) {
	switch v := value.(type) {
	case nil, bool, int, int8, int16, int32, int64, uint, uint8, uint16, uint32, uint64, float32, float64, string, time.Time, time.Duration, []byte:
		return v, nil
	case driver.Valuer:
		if r := reflect.ValueOf(v); r.Kind() == reflect.Pointer && r.IsNil() {
			return nil, nil
		}
		inner, err := v.Value()
		if err != nil {
			return nil, err
		}
		return inner, nil
	}
	r := reflect.ValueOf(value)
	switch r.Kind() {
	case reflect.Pointer:
		if r.IsNil() {
			return nil, nil
		}
		return plain(r.Elem().Interface())
	case reflect.Bool:
		return r.Bool(), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return r.Int(), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return r.Uint(), nil
	case reflect.Float32, reflect.Float64:
		return r.Float(), nil
	case reflect.String:
		return r.String(), nil
	}
	return value, nil
}

// integer returns a value as an integer. Floating-point numbers must be whole.
func (e *encoder) integer(oid uint32, value any, low, high int64) (n int64, err error) {
	switch v := value.(type) {
	case int:
		n = int64(v)
	case int8:
		n = int64(v)
	case int16:
		n = int64(v)
	case int32:
		n = int64(v)
	case int64:
		n = v
	case uint8:
		n = int64(v)
	case uint16:
		n = int64(v)
	case uint32:
		n = int64(v)
	case uint:
		return e.unsigned(oid, uint64(v), high)
	case uint64:
		return e.unsigned(oid, v, high)
	case float32:
		return e.whole(oid, float64(v), low, high)
	case float64:
		return e.whole(oid, v, low, high)
	default:
		return 0, e.mismatch(oid, value)
	}
	if n < low || n > high {
		return 0, e.outOfRange(oid, value)
	}
	return n, nil
}

func (e *encoder) unsigned(oid uint32, v uint64, high int64) (int64, error) {
	if v > uint64(high) {
		return 0, e.outOfRange(oid, v)
	}
	return int64(v), nil
}

func (e *encoder) whole(oid uint32, v float64, low, high int64) (int64, error) {
	switch {
	case math.IsNaN(v) || v < float64(low) || v >= float64(high)+1:
		return 0, e.outOfRange(oid, v)
	case v != math.Trunc(v):
		return 0, fmt.Errorf("%v is not whole, and the column is %s", v, e.name(oid))
	}
	return int64(v), nil
}

// float returns a value as a floating-point number, rounded as in PostgreSQL.
func (e *encoder) float(oid uint32, value any) (float64, error) {
	switch v := value.(type) {
	case float64:
		return v, nil
	case float32:
		return float64(v), nil
	case uint64:
		return float64(v), nil
	case uint:
		return float64(v), nil
	}
	n, err := e.integer(oid, value, math.MinInt64, math.MaxInt64)
	return float64(n), err
}

// epoch is the zero of PostgreSQL's times.
var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// micros returns a time as microseconds since the epoch, without the nanoseconds.
func (e *encoder) micros(oid uint32, value any) (int64, error) {
	t, ok := value.(time.Time)
	if !ok {
		return 0, e.mismatch(oid, value)
	}
	if err := checkTime(t); err != nil {
		return 0, err
	}
	return (t.Unix()-epoch.Unix())*1e6 + int64(t.Nanosecond())/1e3, nil
}

// checkText refuses texts that PostgreSQL cannot store.
func checkText(s string) error {
	if strings.IndexByte(s, 0) >= 0 {
		return errors.New("the text contains a NUL byte")
	}
	if !utf8.ValidString(s) {
		return errors.New("the text is not valid UTF-8")
	}
	return nil
}

// checkTime refuses times that PostgreSQL cannot store, and the zero time, which is more
// likely a mistake than the beginning of the year 1.
func checkTime(t time.Time) error {
	if t.IsZero() {
		return errors.New("the time is the zero time.Time")
	}
	if year := t.UTC().Year(); year < -4712 || year > 294275 {
		return fmt.Errorf("the year %d is out of range", year)
	}
	return nil
}

func (e *encoder) mismatch(oid uint32, value any) error {
	return fmt.Errorf("a %T does not fit a column of type %s", value, e.name(oid))
}

func (e *encoder) outOfRange(oid uint32, value any) error {
	return fmt.Errorf("%v is out of range for %s", value, e.name(oid))
}

func (e *encoder) name(oid uint32) string {
	if t := dataTypeOf(oid); t != "" {
		return dataTypes[t].sql
	}
	if t, ok := e.types.TypeForOID(oid); ok {
		return t.Name
	}
	return fmt.Sprintf("type %d", oid)
}
