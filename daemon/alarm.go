package daemon

import (
	"context"
	"log/slog"
	"time"

	"github.com/logbook-go/logbook/internal/words"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logline"
)

// AlarmCommand returns a command that dispatches what lab_utils' loggers send to a daemon, and
// a socket.AlarmHandler, to the handlers of this program. The name is the channel of the
// records, and usually "alarm". Time and level are those of the sender; the other arguments
// are attributes, and so is the IP address of the peer.
func AlarmCommand(name string) Command {
	c := Command{Name: name, Help: "log an alarm", Args: []Arg{
		{Name: "--date", Help: "its time"},
		{Name: "--level", Help: "its level"},
		{Name: "--app", Help: "the program that reports it"},
		{Name: "--module", Help: "the module"},
		{Name: "--function", Help: "the function"},
		{Name: "--message", Help: "the text", Required: true},
	}}
	args := c.Args
	c.Run = func(ctx context.Context, call *Call) (any, error) {
		line := words.Braces.AppendGroup(nil, call.Command)
		for i := range args {
			if v := call.Text(args[i].key()); v != "" || args[i].Required {
				line = words.Braces.AppendGroup(append(append(append(line, ' '), args[i].Name...), ' '), v)
			}
		}
		now := time.Now()
		l, err := logline.ParseAlarm(line, now)
		if err != nil {
			return nil, err
		}
		r, err := l.Record(now, name)
		if err != nil {
			return nil, err
		}
		if call.Peer.IP.IsValid() {
			r.Set("peer", slog.StringValue(call.Peer.IP.String()))
		}
		logbook.Dispatch(ctx, r)
		return nil, nil
	}
	return c
}
