package all

import (
	"time"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/logbook"
)

// titleOption returns the option that title reads. defaultText describes its default.
func titleOption(defaultText string) config.Option {
	return config.Option{Name: "title", Kind: config.KindFormat, Default: defaultText, Help: "title, a format string"}
}

// title reads the option title, a format string. It returns nil if the option is missing.
func title(s *config.Spec) (f logbook.Formatter) {
	s.Func("title", func(v string) error {
		compiled, err := logbook.Format(v, nil)
		if err == nil {
			f = compiled
		}
		return err
	})
	return f
}

func timeoutOption(help string) config.Option {
	return config.Option{Name: "timeout", Kind: config.KindDuration, Default: "5s", Help: "time limit " + help}
}

// queueOptions are those of the queue before a sink that sends to peers.
var queueOptions = []config.Option{
	{Name: "queue", Kind: config.KindCount, Default: "1024", Help: "number of records that wait for peers"},
	{Name: "queue_bytes", Kind: config.KindSize, Default: "8MiB", Help: "size of the text of these records"},
	{Name: "overflow", Kind: config.KindOverflow, Default: "drop_oldest", Help: "what a full queue does: make the program wait, or drop records and report how many"},
}

// zone reads the option zone. It returns nil if the option is missing.
func zone(s *config.Spec) (l *time.Location) {
	s.Func("zone", func(v string) (err error) {
		if v == "local" {
			l = time.Local
			return nil
		}
		l, err = time.LoadLocation(v)
		return err
	})
	return l
}
