package handlers

import (
	"errors"

	"github.com/logbook-go/logbook/internal/panics"
	"github.com/logbook-go/logbook/logbook"
)

// formatAll formats the records one after the other. add is called with each line, which
// it must not keep. A record that cannot be formatted costs the others nothing.
func formatAll(o *logbook.Options, rs []*logbook.Record, add func(r *logbook.Record, line []byte)) error {
	var errs []error
	for _, r := range rs {
		err := panics.Call(func() error {
			return o.WriteLine(r, func(line []byte) error {
				add(r, line)
				return nil
			})
		})
		if err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
