// Package counter counts records by channel and level, to be watched while the
// program runs.
//
//	records, err := counter.New("records")
//	if err != nil {
//		return err
//	}
//	defer logbook.PushApplication(logbook.Processor(records.Count))()
//
// The variable "records" of package expvar then holds {"app":{"ERROR":1,"INFO":200}}.
// Mind that expvar puts itself on [net/http.DefaultServeMux], as /debug/vars; that is
// why the counter has a package of its own.
//
// A processor runs once for each record that some handler was interested in, so these
// are counted, where the counter is bound. A level without a name of its own counts as
// the one below it. The first 100 channels are counted apart, the rest together as
// "other", since channels may be made of data. Counting costs a look-up and an atomic
// addition, some 20 ns.
package counter
