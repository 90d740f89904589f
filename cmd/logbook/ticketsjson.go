package main

import (
	"encoding/json"
	"io"
)

const ticketsJSONHelp = `With --json, each ticket is an object on a line of its own, with the fields

  id, state, level, count (records), stored (records that are kept), first_seen,
  last_seen, title, location, module, channel, app_id and fingerprint, always, and

  assignee, regressions, link (of a tracker), first_release, last_release, solved_at,
  next_release (true: it is solved in the next release) and mute {until, count,
  period_seconds}, if they are set.

Times are those of RFC 3339, in UTC.`

// newEncoder returns an encoder that writes an object a line.
func newEncoder(w io.Writer) *json.Encoder {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e
}
