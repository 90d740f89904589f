package database

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"strings"
	"time"
)

// RangeOptions configure [DB.Range]. nil is the default.
type RangeOptions struct {
	Columns    []string  // default all, in the order of the table
	From, To   time.Time // the times from From to before To; the zero time is no limit
	Limit      int       // the number of rows; 0: no limit
	Newest     bool      // the newest rows first, rather than the oldest
	TimeColumn string    // default "time"
}

// Latest returns the values of the newest row, of all columns or of those given, which must
// not be NULL: so Latest with one column returns its last value. If there is no such row the
// error is [ErrNoRows]. Values have the types that pgx gives them.
func (db *DB) Latest(ctx context.Context, table string, columns []string) (values []any, err error) {
	err = db.run(ctx, opLatest, table, func() (string, error) {
		o := &RangeOptions{Columns: columns, Limit: 1, Newest: true}
		sql, args, err := db.selection(opLatest, table, o, columns)
		if err != nil {
			return "", err
		}
		err = ErrNoRows
		for row, failure := range db.query(ctx, sql, args) {
			values, err = row, failure
		}
		return "1 row", err
	})
	return values, err
}

// Range yields the rows of a table or view between two times, in their order. An error ends
// it. It holds a connection until the loop ends. Values have the types that pgx
// gives them.
func (db *DB) Range(ctx context.Context, table string, o *RangeOptions) iter.Seq2[[]any, error] {
	if o == nil {
		o = new(RangeOptions)
	}
	return func(yield func([]any, error) bool) {
		err := db.run(ctx, opRange, table, func() (string, error) {
			sql, args, err := db.selection(opRange, table, o, nil)
			if err != nil {
				return "", err
			}
			n := 0
			for row, err := range db.query(ctx, sql, args) {
				if err != nil {
					return "", err
				}
				n++
				if !yield(row, nil) {
					yield = nil
					break
				}
			}
			return fmt.Sprintf("%d rows", n), nil
		})
		if err != nil && yield != nil {
			yield(nil, err)
		}
	}
}

// selection returns a statement and its arguments. The columns present are not NULL.
func (db *DB) selection(op *operation, table string, o *RangeOptions, present []string) (sql string, args []any, err error) {
	t := cmp.Or(o.TimeColumn, "time")
	if err := names(op, table, append([]string{t}, o.Columns...)...); err != nil {
		return "", nil, err
	}
	if o.Limit < 0 {
		return "", nil, argumentError("RangeOptions", "Limit", fmt.Errorf("%d is negative", o.Limit))
	}
	var where []string
	if !o.From.IsZero() {
		args = append(args, o.From)
		where = append(where, fmt.Sprintf("%s >= $%d", quote(t), len(args)))
	}
	if !o.To.IsZero() {
		args = append(args, o.To)
		where = append(where, fmt.Sprintf("%s < $%d", quote(t), len(args)))
	}
	for _, c := range present {
		where = append(where, quote(c)+" IS NOT NULL")
	}
	var b strings.Builder
	columns := "*"
	if len(o.Columns) > 0 {
		columns = quoteAll(o.Columns)
	}
	fmt.Fprintf(&b, "SELECT %s FROM %s", columns, db.in(table))
	if len(where) > 0 {
		fmt.Fprintf(&b, " WHERE %s", strings.Join(where, " AND "))
	}
	fmt.Fprintf(&b, " ORDER BY %s", quote(t))
	if o.Newest {
		b.WriteString(" DESC")
	}
	if o.Limit > 0 {
		fmt.Fprintf(&b, " LIMIT %d", o.Limit)
	}
	return b.String(), args, nil
}

// query yields the rows of a statement. It tries again if the columns have changed since it
// was prepared on the connection.
func (db *DB) query(ctx context.Context, sql string, args []any) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		done, err := db.queryOnce(ctx, sql, args, yield)
		if !done && isStale(err) {
			done, err = db.queryOnce(ctx, sql, args, yield)
		}
		if !done && err != nil {
			yield(nil, err)
		}
	}
}

// queryOnce reports whether it has called yield for the last time.
func (db *DB) queryOnce(ctx context.Context, sql string, args []any, yield func([]any, error) bool) (done bool, err error) {
	rows, err := db.pool.Query(ctx, sql, args...)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	for n := 0; rows.Next(); n++ {
		values, err := rows.Values()
		if err != nil {
			return false, err
		}
		if !yield(values, nil) {
			return true, nil
		}
	}
	return false, rows.Err()
}

// NextSerialID takes the next value of the sequence of a column, which is SERIAL or an
// identity column. Nobody else gets the same one.
func (db *DB) NextSerialID(ctx context.Context, table, column string) (id int64, err error) {
	err = db.run(ctx, opNextSerialID, table, func() (string, error) {
		if err := names(opNextSerialID, table, column); err != nil {
			return "", err
		}
		var sequence *string
		if err := db.pool.QueryRow(ctx, "SELECT pg_get_serial_sequence($1, $2)", db.in(table), column).Scan(&sequence); err != nil {
			return "", err
		}
		if sequence == nil {
			return "", fmt.Errorf("%w: %q has no sequence", ErrOtherType, column)
		}
		err := db.pool.QueryRow(ctx, "SELECT nextval($1::text::regclass)", *sequence).Scan(&id)
		return fmt.Sprintf("%q: %d", column, id), err
	})
	return id, err
}
