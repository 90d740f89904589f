package config

import (
	"fmt"
	"strconv"
	"time"

	"github.com/logbook-go/logbook/internal/text"
)

// Count reads an option that is a whole number above zero.
func (s *Sink) Count(name string) (n int) {
	s.Func(name, func(v string) (err error) {
		if n, err = strconv.Atoi(v); err != nil || n < 1 {
			return fmt.Errorf("%q is no number from 1 up", v)
		}
		return nil
	})
	return n
}

// Duration reads an option such as 5s, 1m30s or 7d. It is above zero.
func (s *Sink) Duration(name string) (d time.Duration) {
	s.Func(name, func(v string) (err error) {
		if d, err = text.ParseDuration(v); err == nil && d <= 0 {
			err = fmt.Errorf("invalid duration %q: want one above zero", v)
		}
		return err
	})
	return d
}

// Size reads an option that is a number of bytes, such as 4096, 10MB or 1GiB; K,
// M and G alone are KiB, MiB and GiB. It is above zero.
func (s *Sink) Size(name string) (n int64) {
	s.Func(name, func(v string) (err error) {
		n, err = text.ParseSize(v)
		return err
	})
	return n
}
