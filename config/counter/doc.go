// Package counter counts records by channel and level, and publishes the counts with
// package expvar.
//
//	records, err := counter.New("records")
//	if err != nil {
//		return err
//	}
//	defer logbook.PushApplication(logbook.Processor(records.Count))()
//
// The variable "records" of package expvar then holds {"app":{"ERROR":1,"INFO":200}}.
// Package expvar registers itself with [net/http.DefaultServeMux], as /debug/vars, which
// is why the counter has its own package.
//
// The counter is a processor, so it counts the records that at least one handler takes,
// wherever it is bound. A level without a name counts as the named level below it. The
// first 100 channels have counts of their own; all others count as "other", since
// programs may make up channel names from data. Counting a record costs a map lookup and
// an atomic addition, about 20 ns.
package counter
