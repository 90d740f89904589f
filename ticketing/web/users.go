package web

import (
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/ticketing"
)

// userOf returns who was affected by a record, or "". The names are those of OpenTelemetry and
// Sentry, and common ones.
func userOf(r *logbook.Record) string {
	for _, name := range []string{"user.id", "enduser.id", "user.name", "user.email", "user_id", "user"} {
		if u := r.Text(name); u != "" {
			return u
		}
	}
	return ""
}

// Records beyond these bounds are not read to count users.
const (
	userRecords = 50
	userRecord  = 64 << 10
)

// users returns how many users the newest occurrences name, if the one that is shown has a user.
func (x *exchange) users(d *ticketData) (int64, error) {
	if d.Occurrence.User == "" {
		return 0, nil
	}
	list, err := x.store.Occurrences(x.ctx, d.Ticket.ID, &ticketing.OccurrenceQuery{Limit: userRecords})
	if err != nil {
		return 0, err
	}
	users := map[string]bool{d.Occurrence.User: true}
	for _, o := range list {
		if len(o.Data) > userRecord {
			continue
		}
		if r, err := o.Record(); err == nil {
			users[userOf(r)] = true
		}
	}
	delete(users, "")
	return int64(len(users)), nil
}
