package web

import "github.com/logbook-go/logbook/ticketing"

// eventTexts say what happened to a ticket.
var eventTexts = map[ticketing.EventKind]string{
	ticketing.EventSolved:    "solved it",
	ticketing.EventReopened:  "reopened it",
	ticketing.EventMuted:     "muted it",
	ticketing.EventAssigned:  "assigned it",
	ticketing.EventCommented: "commented",
	ticketing.EventLinked:    "linked it to",
	ticketing.EventCreated:   "First seen",
	ticketing.EventRegressed: "Regressed: it recurred after it was solved",
	ticketing.EventUnmuted:   "Opened by a record: its mute was over",
	ticketing.EventMerged:    "merged another ticket into it",
	ticketing.EventSplit:     "split it",
}

func eventText(k ticketing.EventKind) string {
	if s, known := eventTexts[k]; known {
		return s
	}
	return string(k)
}
