package ticketing

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/logbook-go/logbook/internal/flow"
	"github.com/logbook-go/logbook/logbook"
)

// Handler records tickets in a store. A log call waits for the store, which can take
// milliseconds; with a queues.Background around the handler it does not, and records are
// stored many at a time. It is safe for concurrent use.
type Handler struct {
	*Base
	store  Store
	ctx    context.Context // ended by Close
	stop   context.CancelFunc
	failed atomic.Uint64
}

// NewHandler returns a handler that records in a store. Its Close closes the store, too. The
// error is a [*logbook.OptionError].
func NewHandler(s Store, o *HandlerOptions) (*Handler, error) {
	b, err := NewBase(o)
	if err != nil {
		return nil, err
	}
	h := &Handler{Base: b, store: s}
	h.ctx, h.stop = flow.NewContext()
	return h, nil
}

// Store returns the store.
func (h *Handler) Store() Store { return h.store }

// Handle records a record. If the store fails, the error is a [*logbook.UnsentError].
func (h *Handler) Handle(r *logbook.Record) error {
	return h.HandleBatch([]*logbook.Record{r}, logbook.ReasonBuffer)
}

// HandleBatch records several records at once. If the store fails, all of them are left to
// the caller.
func (h *Handler) HandleBatch(rs []*logbook.Record, _ logbook.Reason) error {
	var errs []error
	entries := make([]*Entry, 0, len(rs))
	for _, r := range rs {
		e, err := h.Entry(r)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		entries = append(entries, e)
	}
	ctx, cancel := context.WithTimeout(h.ctx, h.o.Timeout)
	defer cancel()
	if err := h.store.Record(ctx, entries); err != nil {
		if h.ctx.Err() != nil {
			err = logbook.ErrClosed
		}
		return &logbook.UnsentError{Records: len(rs), Err: err}
	}
	h.failed.Add(uint64(len(errs)))
	return errors.Join(errs...)
}

// Close waits for calls that are running, within the context, and closes the store.
func (h *Handler) Close(ctx context.Context) error {
	err := h.store.Close(ctx)
	h.stop()
	return err
}

// Stats returns the counts of the store; records that could not be encoded are Dropped.
func (h *Handler) Stats() logbook.Stats {
	s := h.store.Stats()
	s.Dropped += h.failed.Load()
	return s
}
