package syslog

import (
	"runtime"

	"github.com/logbook-go/logbook/handlers/eventlog"
	"github.com/logbook-go/logbook/logbook"
)

// NewSystem returns the handler that the platform provides: a [*Handler] for the local
// syslog daemon on unix, one for the event log on Windows, where appName is the event
// source. Elsewhere the error wraps [errors.ErrUnsupported]. nil options take all
// records, in the handler's default format.
//
// Close the handler with [logbook.Close].
func NewSystem(appName string, o *logbook.Options) (h logbook.Handler, err error) {
	if o == nil {
		o = new(logbook.Options)
	}
	if runtime.GOOS == "windows" {
		h, err = eventlog.New(appName, &eventlog.Options{Level: o.Level, Filter: o.Filter, Bubble: o.Bubble, Formatter: o.Formatter})
	} else {
		h, err = New(&Options{Level: o.Level, Filter: o.Filter, Bubble: o.Bubble, Formatter: o.Formatter, AppName: appName})
	}
	if err != nil {
		return nil, err // not a nil pointer
	}
	return h, nil
}
