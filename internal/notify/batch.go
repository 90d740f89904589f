package notify

import (
	"errors"

	"github.com/logbook-go/logbook/logbook"
)

// Batch notifies of records that were handed over together, by notify: of all by one
// notification, or of each by one, as [Lead] says. notify is given how many records the
// notification stands for, what to note with it, and that they are left to the caller. It
// reports whether another attempt may succeed; no further one is made then, and the error
// counts the records that are left.
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
