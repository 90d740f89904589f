//go:build race || logbook_poison

package logbooktest

import (
	"context"
	"sync"

	"github.com/logbook-go/logbook/logbook"
)

// poisoned is true if the use of a released record panics.
const poisoned = true

// poisonedMistakes are found only if released records are poisoned.
var poisonedMistakes = []mistake{
	{"keeps records without Retain", "kept", "Flush panicked: logbook: a record was used after Handle returned", func(chan struct{}) *broken {
		var mu sync.Mutex
		var last *logbook.Record
		return &broken{
			handle: func(r *logbook.Record) error {
				if r.Text("counts") == "" {
					return nil // of another check
				}
				mu.Lock()
				defer mu.Unlock()
				last = r
				return nil
			},
			flush: func(context.Context) error {
				mu.Lock()
				defer mu.Unlock()
				if last != nil {
					_ = last.Time()
				}
				return nil
			},
		}
	}},
	{"reads the record before this one", "kept", "Handle panicked: logbook: a record was used after Handle returned", func(chan struct{}) *broken {
		var last *logbook.Record
		return &broken{handle: func(r *logbook.Record) error {
			if r.Text("counts") == "" {
				return nil // of another check
			}
			if last != nil {
				_ = last.Time()
			}
			last = r
			return nil
		}}
	}},
	{"batches are kept without Retain", "batch close", "panicked: logbook: a record was used after", func(chan struct{}) *broken {
		var last []*logbook.Record
		return &broken{batch: func(rs []*logbook.Record, _ logbook.Reason) error {
			for _, r := range last {
				_ = r.Time()
			}
			if len(rs) > 0 {
				last = rs[:1]
			}
			return nil
		}}
	}},
	// The second Release panics at once, so most checks find this one.
	{"releases twice", "released content unchanged binding kept concurrent reentrant context errors flush close unbound", "panicked: logbook: a record was used after", func(chan struct{}) *broken {
		return &broken{handle: func(r *logbook.Record) error {
			r = r.Retain()
			r.Release()
			r.Release()
			return nil
		}}
	}},
}
