package handlers

import (
	"fmt"
	"io/fs"
	"log/slog"
	"time"

	"github.com/logbook-go/logbook/logbook"
)

// MonitoringOptions configure [NewMonitoring]. nil is the default: append, open
// at once, look once a second.
type MonitoringOptions struct {
	Level     slog.Leveler               // lowest level taken; nil: all
	Filter    func(*logbook.Record) bool // asked after the processors; nil: all
	Bubble    bool                       // let handled records go on to the next handler
	Formatter logbook.Formatter          // nil: the format string logbook.DefaultFormat

	Mode         fs.FileMode    // of a file that is created, before the umask; 0: 0640
	Delay        bool           // do not create or open the file before the first record
	TakeOver     bool           // from a handler with other options; see File
	SyncLevel    slog.Leveler   // fsync after each record of this level and above; nil: never
	SyncInterval time.Duration  // fsync at most this long after a record; 0: never
	Buffer       *BufferOptions // nil: each record is written at once
	OnError      func(error)    // told of what failed without costing a record; nil: stderr

	Interval time.Duration // how often the path is looked at; 0: one second; negative: before each record
}

// Monitoring is a [File] that goes on in a new file when the one at its path was
// renamed, removed or replaced, as logrotate does. It compares the open file with
// the path before a record is written, by the records' times at most once a second,
// and at once when [Monitoring.Reopen] is called. If the new file cannot be opened,
// records go on to the old one. A new file has the mode and the owner of the old
// one. A symbolic link at the end of the path is not followed but an error.
type Monitoring struct{ fileHandler }

// NewMonitoring returns a handler that writes to the file at the path, which is
// made absolute at once. Directories are not made. The error wraps an
// [*fs.PathError].
func NewMonitoring(path string, o *MonitoringOptions) (*Monitoring, error) {
	if o == nil {
		o = new(MonitoringOptions)
	}
	path, err := absolute(path)
	if err != nil {
		return nil, fmt.Errorf("handlers: log file: %w", err)
	}
	watch := o.Interval
	if watch == 0 {
		watch = watchInterval
	}
	h := new(Monitoring)
	err = h.setUp(h, logbook.Options{Level: o.Level, Filter: o.Filter, Bubble: o.Bubble, Formatter: o.Formatter}, fileConfig{
		path: path, mode: o.Mode, watch: watch,
		syncLevel: o.SyncLevel, syncInterval: o.SyncInterval,
		buffer: newLineBuffer(o.Buffer), options: *o, takeOver: o.TakeOver, onError: o.OnError,
	}, o.Delay)
	if err != nil {
		return nil, err
	}
	return h, nil
}
