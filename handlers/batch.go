package handlers

import (
	"context"
	"errors"

	"github.com/logbook-go/logbook/logbook"
)

// lines are the lines of several records.
type lines struct {
	text []byte
	ends []int // of each line, in text
	of   []int // the index of the record of each line
}

// formatAll formats the records one after the other. A record that cannot be formatted
// does not affect the others.
func formatAll(o *logbook.Options, rs []*logbook.Record) (ls lines, err error) {
	var errs []error
	for i, r := range rs {
		err := o.WriteLine(r, func(line []byte) error {
			ls.text = append(ls.text, line...)
			ls.ends, ls.of = append(ls.ends, len(ls.text)), append(ls.of, i)
			return nil
		})
		if err != nil {
			errs = append(errs, err)
		}
	}
	return ls, errors.Join(errs...)
}

// settle returns how many of n records are dropped, since they could not be formatted,
// and how many are left to the caller, given the number of written lines.
func (ls *lines) settle(n, written int) (dropped, left int) {
	if written < len(ls.of) {
		left = n - ls.of[written]
	}
	return n - written - left, left
}

// unlessEnded calls fn, which hands over n records, unless the context has ended.
func unlessEnded(ctx context.Context, n int, fn func() error) error {
	if err := ctx.Err(); err != nil && n > 0 {
		return &logbook.UnsentError{Records: n, Err: err}
	}
	return fn()
}
