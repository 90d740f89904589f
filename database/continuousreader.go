package database

import (
	"context"
	"errors"
	"fmt"

	"github.com/logbook-go/logbook/queues/spool"
)

// run is a sequence of entries whose points are numbered without a gap, and stored together.
type run struct {
	producer string // "" if the points may be stored twice
	first    uint64 // the number of the first point
	entries  []*spool.Entry

	points  []point
	ends    []int // where the points of each entry end
	refused map[int]error
	stored  bool // it only has to be finished
}

// read stores points until Stop.
func (l *ContinuousLogger) read() {
	var last uint64 // entries up to this one were read before
	for l.reading.Err() == nil {
		entries, err := l.cursor.Read(l.reading, l.o.MaxBatch, 0)
		if err != nil {
			l.attempted(err)
			continue
		}
		again := entries[0].Number <= max(last, l.cursor.State().Acked)
		last = max(last, entries[len(entries)-1].Number)
		for _, r := range runs(entries, again) {
			for !l.attempted(l.store(r)) {
				if l.reading.Err() != nil {
					return
				}
			}
		}
	}
}

// attempted notes the result of an attempt, and pauses after a failure. It reports whether
// the attempt has succeeded.
func (l *ContinuousLogger) attempted(err error) bool {
	var first, recovered bool
	l.progress.Change(func() {
		first, recovered = err != nil && l.failure == nil, err == nil && l.failure != nil
		l.failure = err
		if err != nil {
			l.failures++
		}
	})
	switch {
	case recovered:
		l.pause.Succeeded()
		continuousLog.Info("points are stored again")
	case first && l.reading.Err() == nil:
		continuousLog.Warn("points wait on the disk: {error}", "error", err.Error())
	}
	if err == nil {
		return true
	}
	ctx, cancel := context.WithCancel(l.reading)
	stop := context.AfterFunc(l.hurry, cancel)
	l.pause.Wait(ctx)
	stop()
	cancel()
	return false
}

// runs splits entries into runs.
func runs(entries []*spool.Entry, again bool) (all []*run) {
	var r *run
	next := uint64(0) // the number that continues the run
	for _, e := range entries {
		producer, first, ok := splitKey(e.Key)
		if again || !ok {
			producer, first = "", 0
		}
		if r == nil || producer != r.producer || producer != "" && first != next {
			r = &run{producer: producer, first: first}
			all = append(all, r)
		}
		r.entries = append(r.entries, e)
		next = first + uint64(e.Records)
	}
	return all
}

// store stores a run, sets aside what is refused, and acknowledges it.
func (l *ContinuousLogger) store(r *run) error {
	if r.refused == nil {
		r.decode()
	}
	if !r.stored {
		if err := l.storeRows(r); err != nil {
			return err
		}
		r.stored = true
	}
	return l.finish(r)
}

// storeRows stores the points of a run, and notes which are refused.
func (l *ContinuousLogger) storeRows(r *run) error {
	ctx, cancel := context.WithTimeout(l.reading, l.o.Timeout)
	defer cancel()
	rows, indexes, err := l.rows(ctx, r)
	if err != nil || len(rows) == 0 {
		return err
	}
	var o *EntriesOptions
	if r.producer != "" {
		o = &EntriesOptions{Producer: r.producer, First: r.first}
	}
	_, err = l.table.store.NewEntries(ctx, l.table.Table, l.table.columns, rows, o)
	refused := (*RowsError)(nil)
	if !errors.As(err, &refused) {
		return err
	}
	for _, row := range refused.Rows {
		if i := indexes[row.Index]; r.refused[i] == nil {
			r.refused[i] = row.Err
		}
	}
	return nil
}

// decode reads the points of the entries.
func (r *run) decode() {
	r.refused = make(map[int]error)
	for _, e := range r.entries {
		start := len(r.points)
		err := points(e.Body, func(p point) { r.points = append(r.points, p) })
		if err == nil && len(r.points)-start != e.Records {
			err = errBody
		}
		if err != nil { // it takes its place in the numbers, and is set aside whole
			r.points = append(r.points[:start], make([]point, e.Records)...)
			for i := start; i < len(r.points); i++ {
				r.refused[i] = err
			}
		}
		r.ends = append(r.ends, len(r.points))
	}
}

// rows returns the rows of a run, and the indexes of their points. A point that cannot be one
// is refused; if the points are numbered it takes its place as a row that cannot be stored.
func (l *ContinuousLogger) rows(ctx context.Context, r *run) (rows [][]any, indexes []int, err error) {
	slab := make([]any, 0, len(r.points)*len(l.table.columns))
	for i, p := range r.points {
		start := len(slab)
		if r.refused[i] == nil {
			id, err := l.table.find(ctx, p.name)
			unknown := (*CodenameError)(nil)
			switch {
			case errors.As(err, &unknown):
				r.refused[i] = err
			case err != nil:
				return nil, nil, err
			default:
				slab = l.table.appendRow(slab, id, p.at, p.value)
			}
		}
		if r.refused[i] == nil || r.producer != "" {
			rows, indexes = append(rows, slab[start:len(slab):len(slab)]), append(indexes, i)
		}
	}
	return rows, indexes, nil
}

// finish sets aside the points that were refused, and acknowledges the entries.
func (l *ContinuousLogger) finish(r *run) error {
	start := 0
	for i, e := range r.entries {
		var body []byte
		var why error
		n := 0
		for j := start; j < r.ends[i]; j++ {
			if err := r.refused[j]; err != nil {
				n++
				body = append(body, r.points[j].bytes...)
				why = err
			}
		}
		if n > 0 {
			aside := *e
			if n < e.Records {
				aside.Records, aside.Body = n, append([]byte{bodyVersion}, body...)
			}
			if err := l.cursor.SetAside(&aside, why); err != nil {
				return fmt.Errorf("set aside %d points: %w", n, err)
			}
			l.setAside.Add(uint64(n))
			continuousLog.Error("{points} points were set aside: {error}", "points", n, "error", why.Error())
		}
		l.handled.Add(uint64(e.Records - n))
		start = r.ends[i]
	}
	l.cursor.Ack(r.entries[len(r.entries)-1].Number)
	return nil
}
