package all

import (
	"maps"
	"slices"
	"strings"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/logbook"
)

func sorted[T any](names map[string]T) string {
	return strings.Join(slices.Sorted(maps.Keys(names)), ", ")
}

// title reads the option title, a format string; nil if it is missing.
func title(s *config.Sink) (f logbook.Formatter) {
	s.Func("title", func(v string) error {
		compiled, err := logbook.Format(v)
		if err == nil {
			f = compiled
		}
		return err
	})
	return f
}
