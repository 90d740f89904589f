package notify

import (
	"fmt"

	"github.com/logbook-go/logbook/logbook"
)

// Lead returns the record of a batch that is shown for all of them, and the note on the
// others, or "" if there are none. all is false if each record is shown separately.
func Lead(rs []*logbook.Record, why logbook.Reason) (lead *logbook.Record, note string, all bool) {
	others := len(rs) - 1
	switch why {
	case logbook.ReasonEscalation:
		return rs[others], count(others, "(%d record led up to this)", "(%d records led up to this)"), true
	case logbook.ReasonGroup:
		return rs[0], count(others, "(%d more record in the same group)", "(%d more records in the same group)"), true
	}
	return nil, "", false
}

// Missed returns the note on unsent records, or "" if there are none.
func Missed(n int) string {
	return count(n, "(%d record before this was not sent)", "(%d records before this were not sent)")
}

// MissedRecord returns the record that reports them if no other record follows.
func MissedRecord(n int) *logbook.Record {
	return logbook.NewRecord(logbook.RecordData{
		Level: logbook.LevelWarn, Channel: "logbook", Message: count(n, "%d record was not sent", "%d records were not sent"),
	})
}

// Notes returns the notes that are not empty.
func Notes(notes ...string) (kept []string) {
	for _, n := range notes {
		if n != "" {
			kept = append(kept, n)
		}
	}
	return kept
}

func count(n int, one, several string) string {
	switch n {
	case 0:
		return ""
	case 1:
		return fmt.Sprintf(one, n)
	}
	return fmt.Sprintf(several, n)
}
