package loggers

import "io"

// Ours is the name of our logger.
const Ours = "logbook"

// A Case is the code of one logger for a row.
type Case struct {
	Logger string

	// Start sets up the logger to write to w, which is an [*os.File] in file rows. log
	// logs n records; stop undoes Start.
	Start func(w io.Writer) (log func(n int), stop func(), err error)

	// Foreign is set if the logger runs in another process, so that its allocations
	// are unknown.
	Foreign bool
}

// held returns the case of a logger that holds records for a trigger, which is never
// called.
func held(logger string, start func(w io.Writer) (log func(n int), trigger, stop func())) Case {
	return Case{Logger: logger, Start: func(w io.Writer) (func(int), func(), error) {
		log, _, stop := start(w)
		return log, stop, nil
	}}
}

// peer returns the case of a logger that needs no cleanup.
func peer(logger string, start func(w io.Writer) (log func(n int))) Case {
	return Case{Logger: logger, Start: func(w io.Writer) (func(int), func(), error) {
		return start(w), func() {}, nil
	}}
}
