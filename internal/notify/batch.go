package notify

import (
	"errors"

	"github.com/logbook-go/logbook/logbook"
)

// Batch sends notifications of a batch of records by calling notify: once for all or once
// for each, see [Lead]. notify gets the number of records that the notification stands
// for, a note, and whether the records are left to the caller. It reports whether another
// attempt may succeed; then Batch stops, and the error counts the remaining records.
func Batch(rs []*logbook.Record, why logbook.Reason, notify func(r *logbook.Record, n int, note string, left bool) (again bool, err error)) error {
	if len(rs) == 0 {
		return nil
	}
	if lead, note, all := Lead(rs, why); all {
		again, err := notify(lead, len(rs), note, true)
		if again {
			return &logbook.UnsentError{Records: len(rs), Err: err}
		}
		return err
	}
	var errs []error
	for i, r := range rs {
		again, err := notify(r, 1, "", true)
		if err != nil {
			errs = append(errs, err)
		}
		if again {
			return &logbook.UnsentError{Records: len(rs) - i, Err: errors.Join(errs...)}
		}
	}
	return errors.Join(errs...)
}
