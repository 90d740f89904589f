package postgres

import (
	"slices"
	"strconv"
	"strings"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/ticketing"
	"github.com/logbook-go/logbook/ticketing/internal/micro"
)

// selection is a query that is being built.
type selection struct {
	sql  strings.Builder
	args []any
}

// add adds text, in which each "?" stands for an argument.
func (s *selection) add(text string, args ...any) {
	for _, arg := range args {
		before, after, _ := strings.Cut(text, "?")
		s.args = append(s.args, arg)
		s.sql.WriteString(before + "$" + strconv.Itoa(len(s.args)))
		text = after
	}
	s.sql.WriteString(text)
}

// property is a condition of a query on rows of a table beside counts.
type property struct {
	table, where string
	args         []any
}

// properties returns those that a query asks for whose tickets are found first: an index
// finds them, and they are sorted then.
func properties(q *ticketing.Query) (all []property) {
	if q.Linked {
		all = append(all, property{"{p}meta", "link <> ''", nil})
	}
	if q.Host != "" {
		all = append(all, property{"{p}places", "kind = ? AND value = ?", []any{kindHost, text(q.Host)}})
	}
	if q.Release != "" {
		all = append(all, property{"{p}places", "kind = ? AND value = ?", []any{kindRelease, text(q.Release)}})
	}
	if q.Text != "" {
		all = append(all, property{"{p}meta", "search LIKE ?", []any{"%" + escapeLike.Replace(strings.ToLower(text(q.Text))) + "%"}})
	}
	return all
}

var escapeLike = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// hits begins a statement with the tickets that have all properties, as the table f. They
// are found before anything else is read: the planner does not know how rare they are.
func (s *selection) hits(all []property) {
	for i, p := range all {
		if i == 0 {
			s.add("WITH f AS MATERIALIZED (")
		} else {
			s.add(" INTERSECT ")
		}
		s.add("SELECT ticket_id FROM "+p.table+" WHERE "+p.where, p.args...)
	}
	if len(all) > 0 {
		s.add(") ")
	}
}

// from adds the tables and the conditions.
func (s *selection) from(q *ticketing.Query, found bool, states []int16) {
	s.add(" FROM {p}counts c")
	if found {
		s.add(" JOIN f ON f.ticket_id = c.ticket_id")
	}
	if q.Channel != "" || q.AppID != "" || q.Level != nil {
		s.add(" JOIN {p}tickets t ON t.ticket_id = c.ticket_id")
	}
	if q.Assignee != "" {
		s.add(" JOIN {p}meta m ON m.ticket_id = c.ticket_id")
	}
	if len(states) == 1 {
		s.add(" WHERE c.state = ?", states[0])
	} else {
		s.add(" WHERE c.state = ANY (?)", states)
	}
	if q.Channel != "" {
		s.add(" AND t.channel = ?", text(q.Channel))
	}
	if q.AppID != "" {
		s.add(" AND t.app_id = ?", text(q.AppID))
	}
	if q.Level != nil {
		s.add(" AND t.level >= ?", logbook.LevelOf(q.Level).Wire())
	}
	if q.Assignee != "" {
		s.add(" AND m.assignee = ? AND m.assignee <> ''", text(q.Assignee))
	}
	if !q.Since.IsZero() {
		s.add(" AND c.last_seen >= ?", micro.Of(q.Since))
	}
	if !q.Until.IsZero() {
		s.add(" AND c.last_seen < ?", micro.Of(q.Until))
	}
}

// statesOf returns the states that a query asks for.
func statesOf(q *ticketing.Query) (states []int16) {
	for state := ticketing.Open; state <= ticketing.Solved; state++ {
		if len(q.States) == 0 || slices.Contains(q.States, state) {
			states = append(states, int16(state))
		}
	}
	return states
}

// list returns the statement of Tickets. The tickets of each state are read from their end by
// an index, and the pages are merged; those with properties are sorted.
func list(q *ticketing.Query) *selection {
	key, direction, compare := "c.last_seen", "", ">"
	if strings.HasSuffix(string(q.Order), "occurrence_count") {
		key = "c.total"
	}
	if strings.HasPrefix(string(q.Order), "-") {
		direction, compare = " DESC", "<"
	}
	order := " ORDER BY k" + direction + ", id" + direction
	rare := properties(q)
	parts := [][]int16{statesOf(q)}
	if len(rare) == 0 {
		parts = slices.Collect(slices.Chunk(parts[0], 1))
	}
	s := new(selection)
	s.hits(rare)
	s.add("SELECT " + ticketColumns + " FROM (")
	for i, states := range parts {
		if i > 0 {
			s.add(" UNION ALL ")
		}
		s.add("SELECT * FROM (SELECT c.ticket_id AS id, " + key + " AS k")
		s.from(q, len(rare) > 0, states)
		if q.After != nil {
			value := q.After.Count
			if key == "c.last_seen" {
				value = micro.Of(q.After.LastSeen)
			}
			s.add(" AND ("+key+", c.ticket_id) "+compare+" (?, ?)", value, q.After.ID)
		}
		s.add(order+" LIMIT ?) part", q.Limit+q.Offset)
	}
	s.add(order+" LIMIT ? OFFSET ?) p JOIN {p}counts c ON c.ticket_id = p.id JOIN {p}tickets t ON t.ticket_id = p.id JOIN {p}meta m ON m.ticket_id = p.id"+order,
		q.Limit, q.Offset)
	return s
}

// count returns the statement of Count.
func count(q *ticketing.Query) *selection {
	rare := properties(q)
	s := new(selection)
	s.hits(rare)
	s.add("SELECT count(*)")
	s.from(q, len(rare) > 0, statesOf(q))
	return s
}
