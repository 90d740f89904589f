// Package database stores measurements in tables of PostgreSQL, with TimescaleDB or without.
// It takes the place of the database module of lab_utils, and of the loggers of PyExpLabSys.
//
//	o, err := database.LoadOptions("database.ini")
//	...
//	db, err := database.Open(ctx, o)
//	...
//	defer db.Close()
//	err = db.CreateTimescaleTable(ctx, "gauge", &database.TableOptions{IfNotExists: true})
//	...
//	err = db.NewColumn(ctx, "gauge", "pressure", database.Float, database.Positive)
//	...
//	err = db.NewEntry(ctx, "gauge", []string{"time", "pressure"}, []any{time.Now(), 1.2e-6})
//
// All names are quoted: they may be any text of up to 63 bytes, and their case matters.
//
// # Values
//
// A value is stored as it is, or refused with [ErrData]:
//
//	column      Go
//	bool        bool
//	short, int, long
//	            integers in the range of the type, and floating-point numbers that are
//	            whole
//	float, double
//	            floating-point numbers and integers, rounded to the precision of the type.
//	            A finite number that would become infinite, or 0, is refused. NaN and the
//	            infinities are stored.
//	string      strings in UTF-8 without NUL
//	time        time.Time, cut to microseconds. The zero time is refused.
//
// nil, a nil pointer and an invalid value of database/sql, such as [database/sql.NullInt64],
// are NULL. Pointers, types based on those above, and what implements
// [database/sql/driver.Valuer] stand for their values. A [time.Duration] fits only a column
// of type interval. Columns of other types take what pgx takes for them.
//
// # Errors
//
// All errors of operations are of type [*Error], which has the SQLSTATE, the name of a broken
// constraint, and whether the operation may succeed later. Their kinds are for [errors.Is]:
//
//	if errors.Is(err, database.ErrConstraint) { ... }
//
// After an error the connection is usable, or replaced. No error and no record contains a
// password.
//
// # Records
//
// Each operation logs on a channel of its own, such as database.new_entry. What changes
// tables is at level info; all else is at debug, failures too, which are for the caller to
// report. Values are not logged, but an error may show one.
//
// # TimescaleDB
//
// Tables are hypertables, and aggregate views are continuous aggregates, of TimescaleDB 2.
// Where it is not available the error is a [*TimescaleError], or, if [Options.Timescale]
// says so, tables and views are plain ones.
//
// # Continuous logging
//
// A [ContinuousLogger] stores points as they come, and goes on while the database cannot be
// reached:
//
//	l, err := database.NewContinuousLogger(ctx, db, database.PyExpLabSys("dateplots_lab"),
//		"/var/lib/lab/spool", []string{"lab_temperature"}, nil)
//	...
//	at, err := l.EnqueueNow(ctx, "lab_temperature", 21.4)
//	...
//	err = l.Stop(ctx)
//
// A [ValueLogger] saves a value only when it has changed, or after some time.
package database
