package loggers

import "io"

// Ours is the name of the logger that the others are compared with.
const Ours = "logbook"

// A Case is one logger's way of doing the work of a row.
type Case struct {
	Logger string

	// Start sets the logger up to write to w, which is an [*os.File] in the rows
	// of files. log logs n records; stop undoes what Start did.
	Start func(w io.Writer) (log func(n int), stop func(), err error)

	// Foreign means that it runs in another process: nobody knows its
	// allocations.
	Foreign bool
}

// held makes the case of a logger that holds records until it is triggered, which
// it is not.
func held(logger string, start func(w io.Writer) (log func(n int), trigger, stop func())) Case {
	return Case{Logger: logger, Start: func(w io.Writer) (func(int), func(), error) {
		log, _, stop := start(w)
		return log, stop, nil
	}}
}

// peer makes the case of a logger that leaves nothing behind.
func peer(logger string, start func(w io.Writer) (log func(n int))) Case {
	return Case{Logger: logger, Start: func(w io.Writer) (func(int), func(), error) {
		return start(w), func() {}, nil
	}}
}
