package all

import (
	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/logbook"
)

// titleOption is what title reads.
func titleOption(missing string) config.Option {
	return config.Option{Name: "title", Kind: config.KindFormat, Default: missing, Help: "the first line, a format string"}
}

// title reads the option title, a format string; nil if it is missing.
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
