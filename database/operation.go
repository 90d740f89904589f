package database

import (
	"context"
	"time"

	"github.com/logbook-go/logbook/logbook"
)

// operation is what a method does: its name in errors and channels.
type operation struct {
	name, method string
	log          *logbook.Logger
	level        logbook.Level // of its success
}

func newOperation(name, method string, level logbook.Level) *operation {
	return &operation{name, method, logbook.New("database." + name), level}
}

// What changes the structure of a database is logged at level info, all else at debug.
var (
	opConnect         = newOperation("connect", "Open", logbook.LevelDebug)
	opCheckTable      = newOperation("check_table", "CheckTable", logbook.LevelDebug)
	opCheckColumn     = newOperation("check_column", "CheckColumn", logbook.LevelDebug)
	opColumns         = newOperation("columns", "Columns", logbook.LevelDebug)
	opNewColumn       = newOperation("new_column", "NewColumn", logbook.LevelInfo)
	opNewEntry        = newOperation("new_entry", "NewEntry", logbook.LevelDebug)
	opNewEntries      = newOperation("new_entries", "NewEntries", logbook.LevelDebug)
	opCreateDatabase  = newOperation("create_database", "CreateDatabase", logbook.LevelInfo)
	opCreateTimescale = newOperation("create_timescale_table", "CreateTimescaleTable", logbook.LevelInfo)
	opCreateAggregate = newOperation("create_aggregate_view", "CreateAggregateView", logbook.LevelInfo)
	opLatest          = newOperation("latest", "Latest", logbook.LevelDebug)
	opRange           = newOperation("range", "Range", logbook.LevelDebug)
	opNextSerialID    = newOperation("next_serial_id", "NextSerialID", logbook.LevelDebug)
	opIDs             = newOperation("ids", "IDs", logbook.LevelDebug)
)

// run does an operation on a table or database, logs it, and wraps its error. fn returns
// what it has done, for the log; "" means that there was nothing to do.
func (db *DB) run(ctx context.Context, op *operation, name string, fn func() (done string, err error)) error {
	if db == nil || db.pool == nil || db.closed.Load() {
		return db.fail(op.name, name, ErrNotConnected)
	}
	began := time.Now()
	done, err := fn()
	if db.closed.Load() && err != nil {
		err = ErrNotConnected
	}
	if err = db.fail(op.name, name, err); err != nil {
		if op.log.Enabled(ctx, logbook.LevelDebug) {
			op.log.DebugContext(ctx, "failed: {error}", "error", err.Error(), "name", name, "took", time.Since(began))
		}
		return err
	}
	level := op.level
	if done == "" {
		level, done = logbook.LevelDebug, "nothing to do"
	}
	if op.log.Enabled(ctx, level) {
		op.log.Log(ctx, level, "{name}: {done}", "name", name, "done", done, "took", time.Since(began))
	}
	return nil
}
