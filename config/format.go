package config

import (
	"errors"
	"fmt"
	"strings"

	"github.com/logbook-go/logbook/logbook"
)

var formatNames = []string{"text", "json", "wire", "logfmt", "console"}

// formatter reads the options format and source.
func (s *Sink) formatter(format string) logbook.Formatter {
	missing := s.option("format") == nil
	s.Func("format", func(v string) error {
		format = v
		return nil
	})
	source := s.Bool("source")
	switch format {
	case "json":
		return logbook.JSON(&logbook.JSONOptions{Source: source})
	case "logfmt":
		return logbook.Logfmt(&logbook.LogfmtOptions{Source: source})
	case "console":
		return logbook.Console(&logbook.ConsoleOptions{Source: source, Color: s.color})
	}
	s.misplaced("source", "only for the formats json, logfmt and console; a format string can have {record.filename}:{record.lineno}")
	switch {
	case missing && format == "":
		return nil
	case format == "text":
		return logbook.MustFormat(logbook.DefaultFormat)
	case format == "wire":
		return logbook.Wire()
	}
	var f logbook.Formatter
	s.Func("format", func(v string) (err error) {
		f, err = formatString(v)
		return err
	})
	return f
}

func formatString(v string) (logbook.Formatter, error) {
	if !strings.Contains(v, "{") {
		return nil, fmt.Errorf("%q is no format%s (known: %s, or a format string with {record.NAME})",
			v, didYouMean(v, formatNames), strings.Join(formatNames, ", "))
	}
	f, err := logbook.Format(v)
	if err != nil {
		return nil, err
	}
	if !strings.Contains(v, "{record.") {
		return nil, errors.New("the format string has no {record.NAME}, so it would show nothing")
	}
	return f, nil
}
