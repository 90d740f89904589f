package database

import (
	"context"
	"errors"
	"math"
	"sync"
	"time"
)

// ValueOptions configure [NewValueLogger]. nil is the default.
type ValueOptions struct {
	// Change is how much a value must differ from the last one that was saved. 0: at all.
	Change float64

	// Relative makes Change a fraction of the last value: 0.1 is for a change of 10 %.
	Relative bool

	// Interval is the time after which a value is saved without a change. 0: 600 s.
	Interval time.Duration
}

// ValueLogger saves the value of one code name when it has changed, or after some time, as
// PyExpLabSys' ValueLogger does. It is safe for concurrent use.
type ValueLogger struct {
	logger   *ContinuousLogger
	codename string
	o        ValueOptions

	mu    sync.Mutex
	value float64 // the last one that was saved
	at    time.Time
}

// NewValueLogger returns a logger of one code name.
func NewValueLogger(l *ContinuousLogger, codename string, o *ValueOptions) (*ValueLogger, error) {
	v := &ValueLogger{logger: l, codename: codename}
	if o != nil {
		v.o = *o
	}
	switch {
	case !l.names[codename]:
		return nil, &CodenameError{codename, errUnknown}
	case v.o.Change < 0 || math.IsNaN(v.o.Change):
		return nil, argumentError("ValueOptions", "Change", errors.New("negative or NaN"))
	case v.o.Interval < 0:
		return nil, argumentError("ValueOptions", "Interval", errors.New("negative"))
	}
	if v.o.Interval == 0 {
		v.o.Interval = 600 * time.Second
	}
	return v, nil
}

// Observe enqueues a value that was measured at a time, if it is to be saved, and reports
// whether it is. The error is one of [ContinuousLogger.Enqueue]; the value is then not saved.
func (v *ValueLogger) Observe(ctx context.Context, at time.Time, value float64) (saved bool, err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if !v.at.IsZero() && at.Sub(v.at) < v.o.Interval && !v.changed(value) {
		return false, nil
	}
	if err := v.logger.Enqueue(ctx, v.codename, at, value); err != nil {
		return false, err
	}
	v.value, v.at = value, at
	return true, nil
}

// changed reports whether a value differs enough from the last one.
func (v *ValueLogger) changed(value float64) bool {
	if math.IsNaN(value) || math.IsNaN(v.value) {
		return math.IsNaN(value) != math.IsNaN(v.value)
	}
	least := v.o.Change
	if v.o.Relative {
		least *= math.Abs(v.value)
	}
	difference := math.Abs(value - v.value)
	return value != v.value && (difference > least || math.IsNaN(difference))
}
