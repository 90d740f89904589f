package database

import (
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgtype"

	"github.com/logbook-go/logbook/logbook"
)

// DataType is the type of a column.
type DataType string

// The data types, and those of PostgreSQL that they stand for.
const (
	Bool   DataType = "bool"   // BOOLEAN
	Short  DataType = "short"  // SMALLINT
	Int    DataType = "int"    // INTEGER
	Long   DataType = "long"   // BIGINT
	Float  DataType = "float"  // FLOAT(24), which is real
	Double DataType = "double" // FLOAT(53), which is double precision
	String DataType = "string" // TEXT
	Time   DataType = "time"   // TIMESTAMPTZ
)

// dataTypes are the data types in PostgreSQL.
var dataTypes = map[DataType]struct {
	sql     string
	numeric bool
}{
	Bool:   {"BOOLEAN", false},
	Short:  {"SMALLINT", true},
	Int:    {"INTEGER", true},
	Long:   {"BIGINT", true},
	Float:  {"FLOAT(24)", true},
	Double: {"FLOAT(53)", true},
	String: {"TEXT", false},
	Time:   {"TIMESTAMPTZ", false},
}

// dataTypeOf returns the data type of a type of PostgreSQL, or "" if there is none.
func dataTypeOf(oid uint32) DataType {
	switch oid {
	case pgtype.BoolOID:
		return Bool
	case pgtype.Int2OID:
		return Short
	case pgtype.Int4OID:
		return Int
	case pgtype.Int8OID:
		return Long
	case pgtype.Float4OID:
		return Float
	case pgtype.Float8OID:
		return Double
	case pgtype.TextOID:
		return String
	case pgtype.TimestamptzOID:
		return Time
	}
	return ""
}

// Constraint restricts the values of a numeric column. NULL and NaN satisfy each: to
// PostgreSQL, NaN is greater than all numbers.
type Constraint string

// The constraints.
const (
	Unconstrained  Constraint = ""
	Positive       Constraint = "positive"        // >= 0
	PositiveStrict Constraint = "positive_strict" // > 0
)

// definition returns what stands behind the name of a new column.
func definition(column string, t DataType, c Constraint) (string, error) {
	d, ok := dataTypes[t]
	if !ok {
		return "", argumentError("NewColumn", "type", fmt.Errorf("unknown type %q: want bool, short, int, long, float, double, string or time", string(t)))
	}
	compare := map[Constraint]string{Positive: ">=", PositiveStrict: ">"}[c]
	switch {
	case c == Unconstrained:
		return d.sql, nil
	case compare == "":
		return "", argumentError("NewColumn", "constraint", fmt.Errorf("unknown constraint %q: want positive or positive_strict", string(c)))
	case !d.numeric:
		return "", argumentError("NewColumn", "constraint", fmt.Errorf("%s is for numbers, and %s is none", c, t))
	}
	return fmt.Sprintf("%s CHECK (%s %s 0)", d.sql, quote(column), compare), nil
}

// argumentError reports an invalid argument of a method, or field of its options.
func argumentError(method, argument string, err error) error {
	return &logbook.OptionError{Options: "database." + method, Option: argument, Err: err}
}

var errEmpty = errors.New("missing")
