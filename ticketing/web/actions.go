package web

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/logbook-go/logbook/ticketing"
)

// maxIDs bounds the tickets that one request changes.
const maxIDs = 500

// maxComment bounds a comment.
const maxComment = 10_000

// changes are the actions on each of some tickets, by the value of the field "action".
var changes = map[string]func(*exchange) (*ticketing.Action, error){
	"solve": func(*exchange) (*ticketing.Action, error) { return &ticketing.Action{Kind: ticketing.EventSolved}, nil },
	"solve-next": func(*exchange) (*ticketing.Action, error) {
		return &ticketing.Action{Kind: ticketing.EventSolved, NextRelease: true}, nil
	},
	"reopen": func(*exchange) (*ticketing.Action, error) {
		return &ticketing.Action{Kind: ticketing.EventReopened}, nil
	},
	"unassign": func(*exchange) (*ticketing.Action, error) {
		return &ticketing.Action{Kind: ticketing.EventAssigned}, nil
	},
	"mute":    (*exchange).muteAction,
	"assign":  (*exchange).assignAction,
	"comment": (*exchange).commentAction,
}

// act changes the tickets that a form names.
func (x *exchange) act() error {
	if err := x.parseForm(); err != nil {
		return err
	}
	ids, err := parseIDs(x.r.PostForm["id"])
	if err != nil {
		return err
	}
	switch action := x.r.PostForm.Get("action"); action {
	case "merge":
		return x.merge(ids)
	case "issue":
		return x.issue(ids[0])
	case "split":
		return x.split(ids)
	case "delete":
		return x.delete(ids)
	default:
		return x.change(action, ids)
	}
}

func parseIDs(values []string) ([]int64, error) {
	var ids []int64
	for _, s := range values {
		id, err := strconv.ParseInt(s, 10, 64)
		if err != nil || id < 1 {
			return nil, badRequest("Invalid id of a ticket: want a number", nil)
		}
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	switch {
	case len(ids) == 0:
		return nil, badRequest("No ticket is selected", nil)
	case len(ids) > maxIDs:
		return nil, badRequest("Too many tickets are selected: want at most "+number(maxIDs), nil)
	}
	return ids, nil
}

// change applies an action to tickets.
func (x *exchange) change(name string, ids []int64) error {
	newAction, known := changes[name]
	if !known {
		return badRequest("Invalid action", nil)
	}
	a, err := newAction(x)
	if err != nil {
		return err
	}
	n, err := x.apply(a, ids)
	if err != nil {
		return err
	}
	return x.done(string(a.Kind), n)
}

// apply applies an action to the tickets that still exist, and returns their number.
func (x *exchange) apply(a *ticketing.Action, ids []int64) (n int, err error) {
	a.Actor = x.User
	if a.Comment == "" {
		if a.Comment, err = comment(x.r.PostForm.Get("comment")); err != nil {
			return 0, err
		}
	}
	for _, id := range ids {
		err := x.store.Act(x.ctx, id, a)
		if errors.Is(err, ticketing.ErrNotFound) && len(ids) > 1 {
			continue // somebody else deleted it
		}
		if err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

func comment(s string) (string, error) {
	s = strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n"))
	if len(s) > maxComment {
		return "", badRequest("The comment is too long: want at most "+number(maxComment)+" bytes", nil)
	}
	return strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "\ufffd"), nil
}

func (x *exchange) muteAction() (*ticketing.Action, error) {
	m, err := parseMute(x.r.PostForm.Get("mute"), x.now)
	return &ticketing.Action{Kind: ticketing.EventMuted, Mute: m}, err
}

// maxAssignee bounds the name of an assignee.
const maxAssignee = 80

func (x *exchange) assignAction() (*ticketing.Action, error) {
	name := strings.TrimSpace(strings.Map(visible, x.r.PostForm.Get("assignee")))
	if name == "" || len(name) > maxAssignee {
		return nil, badRequest("Invalid assignee: want a name of at most 80 bytes", nil)
	}
	return &ticketing.Action{Kind: ticketing.EventAssigned, Assignee: name}, nil
}

func (x *exchange) commentAction() (*ticketing.Action, error) {
	text, err := comment(x.r.PostForm.Get("comment"))
	if err == nil && text == "" {
		err = badRequest("The comment is empty", nil)
	}
	return &ticketing.Action{Kind: ticketing.EventCommented, Comment: text}, err
}

// done sends the reader back, and says what was done.
func (x *exchange) done(what string, n int) error {
	return x.redirect(withFlash(backPath(x.r.PostForm.Get("back")), what, n))
}

// confirmData is the data of the page that asks before tickets are merged or deleted.
type confirmData struct {
	*view
	Action  string
	Back    string
	Tickets []*ticketing.Ticket // first seen first
}

// confirm asks before something that cannot be undone.
func (x *exchange) confirm(action string, tickets []*ticketing.Ticket) error {
	x.Page = "Confirm"
	return x.page(http.StatusOK, "confirm", &confirmData{&x.view, action, backPath(x.r.PostForm.Get("back")), tickets})
}

func (x *exchange) confirmed() bool { return x.r.PostForm.Get("confirm") == "yes" }

// existing returns the tickets with ids that exist, the one that was first seen first.
func (x *exchange) existing(ids []int64) ([]*ticketing.Ticket, error) {
	var list []*ticketing.Ticket
	for _, id := range ids {
		t, err := x.store.Ticket(x.ctx, id)
		if errors.Is(err, ticketing.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(list, func(o *ticketing.Ticket) bool { return o.ID == t.ID }) {
			list = append(list, t)
		}
	}
	slices.SortFunc(list, func(a, b *ticketing.Ticket) int { return a.FirstSeen.Compare(b.FirstSeen) })
	if len(list) == 0 {
		return nil, ticketing.ErrNotFound
	}
	return list, nil
}

func (x *exchange) delete(ids []int64) error {
	tickets, err := x.existing(ids)
	if err != nil {
		return err
	}
	if !x.confirmed() {
		return x.confirm("delete", tickets)
	}
	if err := x.store.Delete(x.ctx, ids...); err != nil {
		return err
	}
	return x.done("deleted", len(tickets))
}

// merge adds tickets to the one in the field "into".
func (x *exchange) merge(ids []int64) error {
	tickets, err := x.existing(ids)
	if err != nil {
		return err
	}
	if len(tickets) < 2 {
		return badRequest("Select two or more tickets to merge", nil)
	}
	if !x.confirmed() {
		return x.confirm("merge", tickets)
	}
	into, err := parseIDs(x.r.PostForm["into"])
	if err != nil {
		return err
	}
	if err := x.store.Merge(x.ctx, into[0], ids, x.User); err != nil {
		return err
	}
	return x.done("merged", len(tickets))
}

// issue creates an issue in the tracker for a ticket that has none.
func (x *exchange) issue(id int64) error {
	if x.tracker == nil {
		return badRequest("There is no tracker", nil)
	}
	t, err := x.store.Ticket(x.ctx, id)
	if err != nil {
		return err
	}
	if t.Link != "" {
		return badRequest("The ticket has an issue", nil)
	}
	link, err := x.tracker.Create(x.ctx, t)
	if err != nil {
		return &failure{http.StatusBadGateway, "The tracker did not create an issue", err}
	}
	if _, err := x.apply(&ticketing.Action{Kind: ticketing.EventLinked, Link: link}, []int64{t.ID}); err != nil {
		return err
	}
	return x.done("linked", 1)
}

// split gives the fingerprint in a field a ticket of its own.
func (x *exchange) split(ids []int64) error {
	id, err := x.store.Split(x.ctx, ids[0], ticketing.Fingerprint(x.r.PostForm.Get("fingerprint")), x.User)
	if err != nil {
		return err
	}
	return x.redirect(withFlash(ticketPath(id), "split", 1))
}
