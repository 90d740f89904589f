package ticketing

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// MarshalText returns the name.
func (s State) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads a name.
func (s *State) UnmarshalText(name []byte) error {
	i := slices.Index(stateNames[:], string(name))
	if i < 0 {
		return fmt.Errorf("invalid state %q: want open, regressed, muted or solved", name)
	}
	*s = State(i)
	return nil
}

type muteJSON struct {
	Until         time.Time `json:"until,omitzero"`
	Count         int64     `json:"count,omitempty"`
	PeriodSeconds float64   `json:"period_seconds,omitempty"`
}

// MarshalJSON returns an object with until, count and period_seconds.
func (m Mute) MarshalJSON() ([]byte, error) {
	return json.Marshal(muteJSON{m.Until, m.Count, m.Period.Seconds()})
}

// UnmarshalJSON reads such an object.
func (m *Mute) UnmarshalJSON(data []byte) error {
	var j muteJSON
	if err := json.Unmarshal(data, &j); err != nil {
		return err
	}
	*m = Mute{Until: j.Until, Count: j.Count, Period: time.Duration(j.PeriodSeconds * float64(time.Second))}
	return nil
}

type occurrenceJSON struct {
	ID     int64           `json:"id"`
	Ticket int64           `json:"ticket"`
	Number int64           `json:"number"`
	Time   time.Time       `json:"time"`
	AppID  string          `json:"app_id"`
	Record json.RawMessage `json:"record"`
}

// MarshalJSON returns an object with id, ticket, number, time, app_id and record. The record is
// null if it cannot be decoded.
func (o *Occurrence) MarshalJSON() ([]byte, error) {
	j := occurrenceJSON{ID: o.ID, Ticket: o.Ticket, Number: o.Number, Time: o.Time, AppID: o.AppID}
	if r, err := o.Record(); err == nil {
		if j.Record, err = r.MarshalJSON(); err != nil { // Python writes NaN, which is not JSON
			return nil, err
		}
	}
	return json.Marshal(j)
}

// UnmarshalJSON reads such an object.
func (o *Occurrence) UnmarshalJSON(data []byte) error {
	var j occurrenceJSON
	if err := json.Unmarshal(data, &j); err != nil {
		return err
	}
	*o = Occurrence{ID: j.ID, Ticket: j.Ticket, Number: j.Number, Time: j.Time, AppID: j.AppID, Data: j.Record}
	return nil
}
