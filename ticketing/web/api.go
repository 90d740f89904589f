package web

import (
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/logbook-go/logbook/ticketing"
)

// apiPath begins the addresses of the JSON API.
const apiPath = "/api/"

// Bounds of the API.
const (
	maxAPITickets = 200
	maxAPIRecords = 50
)

// json answers with JSON.
func (x *exchange) json(status int, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	x.w.Header().Set("Content-Type", "application/json")
	x.w.Header().Set("Cache-Control", "no-store")
	x.w.WriteHeader(status)
	_, _ = x.w.Write(append(text, '\n')) // the client is gone
	return nil
}

// body reads the JSON of a request.
func (x *exchange) body(v any) error {
	if kind, _, _ := mime.ParseMediaType(x.r.Header.Get("Content-Type")); kind != "application/json" {
		return &failure{http.StatusUnsupportedMediaType, "Want a body of the type application/json", nil}
	}
	d := json.NewDecoder(x.r.Body)
	d.DisallowUnknownFields()
	err := d.Decode(v)
	if err == nil || errors.As(err, new(*http.MaxBytesError)) {
		return err
	}
	return badRequest("Invalid JSON", err)
}

// count returns a number that a parameter asks for.
func (x *exchange) count(name string, otherwise, most int) (int, error) {
	s := x.r.URL.Query().Get(name)
	if s == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > most {
		return 0, badRequest("Invalid "+name+": want a number from 1 to "+strconv.Itoa(most), nil)
	}
	return n, nil
}

// apiList answers with tickets, and a cursor for those that follow.
func (x *exchange) apiList() error {
	q, err := readListing(x.r.URL.Query()).query(x.now)
	if err != nil {
		return err
	}
	limit, err := x.count("limit", pageSize, maxAPITickets)
	if err != nil {
		return err
	}
	q.Limit = limit + 1
	tickets, err := x.store.Tickets(x.ctx, q)
	if err != nil {
		return err
	}
	answer := struct {
		Tickets []*ticketing.Ticket `json:"tickets"`
		After   string              `json:"after,omitempty"`
	}{Tickets: append([]*ticketing.Ticket{}, tickets[:min(limit, len(tickets))]...)}
	if len(tickets) > limit {
		answer.After = cursor(tickets[limit-1])
	}
	return x.json(http.StatusOK, answer)
}

// apiTicket answers with a ticket and all that belongs to it.
func (x *exchange) apiTicket() error {
	id, err := x.id()
	if err != nil {
		return err
	}
	records, err := x.count("records", 1, maxAPIRecords)
	if err != nil {
		return err
	}
	d, err := ticketing.ReadDetails(x.ctx, x.store, id, records)
	if err != nil {
		return err
	}
	return x.json(http.StatusOK, d)
}

// apiAct changes a ticket, and answers with it.
func (x *exchange) apiAct() error {
	id, err := x.id()
	if err != nil {
		return err
	}
	var a struct {
		Kind        ticketing.EventKind `json:"kind"`
		Comment     string              `json:"comment"`
		NextRelease bool                `json:"next_release"`
		Mute        ticketing.Mute      `json:"mute"`
		Assignee    string              `json:"assignee"`
		Link        string              `json:"link"`
	}
	if err := x.body(&a); err != nil {
		return err
	}
	if a.Comment, err = comment(a.Comment); err != nil {
		return err
	}
	if len(a.Assignee) > maxAssignee {
		return badRequest("Invalid assignee: want a name of at most 80 bytes", nil)
	}
	err = x.store.Act(x.ctx, id, &ticketing.Action{Kind: a.Kind, Actor: x.User, Comment: a.Comment, NextRelease: a.NextRelease, Mute: a.Mute, Assignee: a.Assignee, Link: a.Link})
	if err != nil {
		return err
	}
	return x.apiAnswer(http.StatusOK, id)
}

// apiAnswer answers with a ticket.
func (x *exchange) apiAnswer(status int, id int64) error {
	t, err := x.store.Ticket(x.ctx, id)
	if err != nil {
		return err
	}
	return x.json(status, t)
}

// apiMerge adds tickets to one.
func (x *exchange) apiMerge() error {
	id, err := x.id()
	if err != nil {
		return err
	}
	var from struct {
		IDs []int64 `json:"ids"`
	}
	if err := x.body(&from); err != nil {
		return err
	}
	if len(from.IDs) == 0 || len(from.IDs) > maxIDs {
		return badRequest("Invalid ids: want 1 to "+strconv.Itoa(maxIDs)+" ids of tickets", nil)
	}
	if err := x.store.Merge(x.ctx, id, from.IDs, x.User); err != nil {
		return err
	}
	return x.apiAnswer(http.StatusOK, id)
}

// apiSplit gives a fingerprint a ticket of its own, and answers with that.
func (x *exchange) apiSplit() error {
	id, err := x.id()
	if err != nil {
		return err
	}
	var part struct {
		Fingerprint ticketing.Fingerprint `json:"fingerprint"`
	}
	if err := x.body(&part); err != nil {
		return err
	}
	if id, err = x.store.Split(x.ctx, id, part.Fingerprint, x.User); err != nil {
		return err
	}
	return x.apiAnswer(http.StatusCreated, id)
}

// apiDelete deletes a ticket.
func (x *exchange) apiDelete() error {
	id, err := x.id()
	if err != nil {
		return err
	}
	if _, err := x.store.Ticket(x.ctx, id); err != nil {
		return err
	}
	if err := x.store.Delete(x.ctx, id); err != nil {
		return err
	}
	x.w.WriteHeader(http.StatusNoContent)
	return nil
}

// isAPI reports whether a program, and not a reader, waits for the answer.
func (x *exchange) isAPI() bool { return strings.HasPrefix(x.r.URL.Path, apiPath) }

// failAPI answers with an error.
func (x *exchange) failAPI(f *failure) {
	if f.status == http.StatusUnauthorized {
		x.w.Header().Set("WWW-Authenticate", `Bearer realm="logbook"`)
	}
	_ = x.json(f.status, struct { // texts can be encoded
		Error string `json:"error"`
	}{f.Error()})
}

// apiHelp serves the documentation of the API.
func (x *exchange) apiHelp() error {
	x.Page = "JSON API"
	return x.page(http.StatusOK, "api", struct {
		*view
		Origin string
	}{&x.view, x.origin()})
}
