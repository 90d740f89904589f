package web

import (
	"strconv"
	"strings"
	"time"

	"github.com/logbook-go/logbook/internal/text"
	"github.com/logbook-go/logbook/ticketing"
)

// muteChoices are the ways to mute that the page offers, as parseMute reads them.
var muteChoices = []choice{
	{"1h", "for 1 hour"}, {"24h", "for 1 day"}, {"168h", "for 1 week"}, {"720h", "for 30 days"},
	{"10/1h", "until 10 in 1 hour"}, {"100/1h", "until 100 in 1 hour"}, {"1000/24h", "until 1000 in 1 day"}, {"", "until reopened"},
}

// parseMute reads a duration, a number, or a number and a duration with a slash between them.
func parseMute(s string, now time.Time) (m ticketing.Mute, err error) {
	count, period, found := strings.Cut(s, "/")
	if n, err := strconv.ParseInt(count, 10, 64); err == nil && n > 0 {
		m.Count = n
		if found {
			m.Period, err = text.ParseDuration(period)
		}
		return m, muteError(err)
	}
	if s == "" {
		return m, nil
	}
	d, err := text.ParseDuration(s)
	if err != nil {
		return m, muteError(err)
	}
	m.Until = now.Add(d)
	return m, nil
}

func muteError(err error) error {
	if err == nil {
		return nil
	}
	return badRequest("Invalid mute: want a time such as 24h, or a number and a time such as 10/1h", err)
}

// muteText says when a muted ticket opens.
func muteText(m ticketing.Mute, v *view) string {
	var parts []string
	if !m.Until.IsZero() {
		parts = append(parts, "until "+v.At(m.Until).Full)
	}
	if m.Count > 0 {
		s := "until " + number(m.Count) + " more"
		if m.Period > 0 {
			s += " within " + length(m.Period)
		}
		parts = append(parts, s)
	}
	if parts == nil {
		return "until it is reopened"
	}
	return strings.Join(parts, ", or ")
}
