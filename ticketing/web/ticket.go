package web

import (
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/logbook-go/logbook/internal/text"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/ticketing"
)

// ticketData is the data of the page of a ticket.
type ticketData struct {
	*view
	*ticketing.Ticket
	Fingerprints []ticketing.Fingerprint
	History      []ticketing.Event
	Chart        *chart
	Occurrence   *occurrence // nil if none is kept
	Unreadable   string      // why it cannot be shown
	Newer, Older string      // addresses of its neighbours
	Index        int64       // its position, from the newest
	Users        int64       // in the newest occurrences; 0 if the one that is shown has none
}

// Offset is the number of newer occurrences.
func (d *ticketData) Offset() int64 { return max(d.Index-1, 0) }

// occurrence is a record as it is shown.
type occurrence struct {
	Number   int64
	Time     time.Time
	Message  string
	Cut      bool
	Template string
	Chain    []link
	Trace    trace
	Attrs    []attr
	Function string
	File     string
	Line     int
	Facts    []attr
	User     string
	Before   []string // records that came before it
}

// attr is an attribute as text.
type attr struct {
	Name, Value string
	Cut         bool
}

// ticket serves the page of a ticket.
func (x *exchange) ticket() error {
	id, err := x.id()
	if err != nil {
		return err
	}
	d := &ticketData{view: &x.view}
	if d.Ticket, err = x.store.Ticket(x.ctx, id); err != nil {
		return err
	}
	if d.Ticket.ID != id { // it was merged
		return x.redirect(ticketPath(d.Ticket.ID))
	}
	d.Page = line(d.Ticket.Title)
	if d.Fingerprints, err = x.store.Fingerprints(x.ctx, id); err != nil {
		return err
	}
	if d.History, err = x.store.History(x.ctx, id); err != nil {
		return err
	}
	if d.Chart, err = x.chart(id); err != nil {
		return err
	}
	if err := x.occurrence(d); err != nil {
		return err
	}
	return x.page(http.StatusOK, "ticket", d)
}

func ticketPath(id int64) string { return "/tickets/" + strconv.FormatInt(id, 10) }

// id returns the id of the ticket in the address.
func (x *exchange) id() (int64, error) {
	id, err := strconv.ParseInt(x.r.PathValue("id"), 10, 64)
	if err != nil || id < 1 {
		return 0, ticketing.ErrNotFound
	}
	return id, nil
}

func (x *exchange) chart(id int64) (*chart, error) {
	from := x.now.AddDate(0, 0, -chartDays)
	hours, err := x.store.Hours(x.ctx, []int64{id}, from, x.now)
	if err != nil {
		return nil, err
	}
	return newChart(hours[id], from, x.now, x.Zone), nil
}

// maxOffset bounds how far back an occurrence is looked for. Far fewer are kept.
const maxOffset = 100_000

// offset returns how many newer occurrences are kept than the one that the address asks for.
func (x *exchange) offset() (int, error) {
	s := x.r.URL.Query().Get("older")
	if s == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 || n > maxOffset {
		return 0, badRequest("This occurrence does not exist", nil)
	}
	return n, nil
}

// stored returns the occurrence that the address asks for, or nil.
func (x *exchange) stored(id int64, offset int) (*ticketing.Occurrence, error) {
	list, err := x.store.Occurrences(x.ctx, id, &ticketing.OccurrenceQuery{Offset: offset, Limit: 1})
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return list[0], nil
}

// occurrence adds the occurrence that the address asks for.
func (x *exchange) occurrence(d *ticketData) error {
	offset, err := x.offset()
	if err != nil {
		return err
	}
	o, err := x.stored(d.Ticket.ID, offset)
	if err != nil {
		return err
	}
	if o == nil {
		if offset > 0 {
			return &failure{http.StatusNotFound, "This occurrence is not kept any more", nil}
		}
		return nil
	}
	d.Index = int64(offset) + 1
	path := ticketPath(d.Ticket.ID)
	if offset == 1 {
		d.Newer = path
	} else if offset > 1 {
		d.Newer = path + "?older=" + strconv.Itoa(offset-1)
	}
	if d.Index < d.Stored {
		d.Older = path + "?older=" + strconv.Itoa(offset+1)
	}
	if d.Occurrence, err = newOccurrence(o, d.Module); err != nil {
		d.Unreadable = line(err.Error())
		return nil
	}
	d.Users, err = x.users(d)
	return err
}

// record serves the JSON of an occurrence.
func (x *exchange) record() error {
	id, err := x.id()
	if err != nil {
		return err
	}
	offset, err := x.offset()
	if err != nil {
		return err
	}
	o, err := x.stored(id, offset)
	if err != nil {
		return err
	}
	if o == nil {
		return &failure{http.StatusNotFound, "This occurrence is not kept", nil}
	}
	x.w.Header().Set("Content-Type", "application/json")
	x.w.Header().Set("Cache-Control", "private, no-cache")
	_, _ = x.w.Write(o.Data)
	return nil
}

// newOccurrence decodes a record.
func newOccurrence(stored *ticketing.Occurrence, module string) (*occurrence, error) {
	r, err := stored.Record()
	if err != nil {
		return nil, err
	}
	d := r.Data()
	o := &occurrence{Number: stored.Number, Time: stored.Time}
	o.Message, o.Cut = shown(d.Message)
	if d.Template != d.Message {
		o.Template, _ = shown(d.Template)
	}
	if d.Error != nil {
		o.Chain = chainOf(d.Error)
		o.Trace = parseTrace(withoutChain(d.Error), module)
	}
	if d.Source != nil {
		o.Function, o.File, o.Line = line(d.Source.Function), line(d.Source.File), d.Source.Line
	}
	for _, list := range [][]slog.Attr{d.Attrs, d.Extra} {
		o.addAttrs(list)
	}
	o.addContext(r)
	o.User = userOf(r)
	o.addFact("User", o.User)
	o.addFact("Host", ticketing.HostOf(r))
	o.addFact("Release", ticketing.ReleaseOf(r))
	if d.PID > 0 {
		o.addFact("Process", strconv.Itoa(d.PID))
	}
	if d.Goroutine > 0 {
		name := "Goroutine"
		if strings.HasSuffix(o.File, ".py") {
			name = "Thread"
		}
		o.addFact(name, strconv.FormatUint(d.Goroutine, 10))
	}
	o.addFact("Trace", r.Text("trace_id"), r.Text("trace.id"))
	return o, nil
}

// maxAttrs bounds the attributes on a page.
const maxAttrs = 500

func (o *occurrence) addAttrs(list []slog.Attr) {
	for _, a := range list {
		if a.Key == ticketing.ContextKey {
			continue
		}
		text.EachLeaf(a, func(name string, v slog.Value) {
			if len(o.Attrs) >= maxAttrs {
				return
			}
			value, short := shown(string(text.AppendValue(nil, v)))
			o.Attrs = append(o.Attrs, attr{line(text.Cut(name, 200, "…")), value, short})
		})
	}
}

// addContext adds the records that came before one.
func (o *occurrence) addContext(r *logbook.Record) {
	v, _ := r.Lookup(ticketing.ContextKey)
	lines, _ := v.Any().([]any)
	for _, l := range lines {
		if s, ok := l.(string); ok {
			o.Before = append(o.Before, line(s))
		}
	}
}

// addFact adds the first of the values that is not empty.
func (o *occurrence) addFact(name string, values ...string) {
	for _, v := range values {
		if v != "" {
			o.Facts = append(o.Facts, attr{Name: name, Value: line(text.Cut(v, 200, "…"))})
			return
		}
	}
}
