package handlers

import (
	"context"
	"errors"
	"sync"

	"github.com/logbook-go/logbook/logbook"
)

// lines are the lines of several records.
type lines struct {
	text []byte
	ends []int // of each line, in text
	of   []int // the index of the record of each line
}

var linesPool = sync.Pool{New: func() any { return new(lines) }}

// maxLines bounds the text of lines whose memory is kept for reuse.
const maxLines = 64 << 10

// release gives the memory back for reuse.
func (ls *lines) release() {
	if cap(ls.text) <= maxLines {
		ls.text, ls.ends, ls.of = ls.text[:0], ls.ends[:0], ls.of[:0]
		linesPool.Put(ls)
	}
}

// formatAll formats the records one after the other. A record that cannot be formatted
// does not affect the others. The lines must be released.
func formatAll(o *logbook.Options, rs []*logbook.Record) (*lines, error) {
	ls := linesPool.Get().(*lines)
	var errs []error
	index := 0
	add := func(line []byte) error {
		ls.text = append(ls.text, line...)
		ls.ends, ls.of = append(ls.ends, len(ls.text)), append(ls.of, index)
		return nil
	}
	for index = range rs {
		if err := o.WriteLine(rs[index], add); err != nil {
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
