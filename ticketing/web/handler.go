package web

import (
	"bytes"
	"context"
	"errors"
	"html/template"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/logbook-go/logbook/internal/netlink"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/ticketing"
)

// Options configure [NewHandler]. nil is the default.
type Options struct {
	// Path is the path at which the handler is served, such as "/tickets". Default: the
	// root.
	Path string

	// LocalUser is the name of somebody who needs no login, and may change tickets: everybody
	// who reaches the handler, by a host name of loopback such as localhost. It must be served
	// on a loopback address alone then. Default: users of [Accounts] log in.
	LocalUser string

	// Tracker is where the button "Create issue" creates one, usually a [*tracker.Tracker].
	// Default: there is no such button.
	Tracker Tracker

	// Logger logs failures of logins and of the store. Default: the channel "web".
	Logger *logbook.Logger
}

// Tracker creates issues for tickets.
type Tracker interface {
	// Create creates an issue, and returns its address.
	Create(ctx context.Context, t *ticketing.Ticket) (link string, err error)
}

// Handler serves the page of a store. It is safe for concurrent use.
type Handler struct {
	store     ticketing.Store
	path      string
	local     string
	log       *logbook.Logger
	tracker   Tracker
	accounts  *Accounts
	attempts  *attempts
	streams   chan struct{}
	mux       *http.ServeMux
	protected http.Handler
	templates *template.Template
	clock     func() time.Time
}

// timeout bounds the calls of the store for one request.
const timeout = 15 * time.Second

// NewHandler returns a handler for the tickets of a store, which the caller closes. The error
// is a [*logbook.OptionError].
func NewHandler(s ticketing.Store, o *Options) (*Handler, error) {
	if o == nil {
		o = new(Options)
	}
	h := &Handler{store: s, path: strings.TrimSuffix(o.Path, "/"), local: o.LocalUser, tracker: o.Tracker, log: o.Logger, mux: http.NewServeMux(), clock: time.Now, streams: make(chan struct{}, maxStreams)}
	switch {
	case s == nil:
		return nil, optionError("Store", errors.New("want a store"))
	case h.path != "" && (h.path[0] != '/' || strings.ContainsAny(h.path, "{} ?#\\")):
		return nil, optionError("Path", errors.New("want a path that begins with a slash"))
	}
	if h.log == nil {
		h.log = logbook.New("web")
	}
	h.accounts, h.attempts = NewAccounts(s), newAttempts()
	h.templates = parseTemplates(h.path)
	for _, r := range routes {
		h.mux.HandleFunc(r.pattern(), func(w http.ResponseWriter, req *http.Request) { h.serve(w, req, r) })
	}
	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.serve(w, r, route{serve: func(*exchange) error { return errForeign }})
	}))
	h.protected = protection.Handler(h.mux)
	return h, nil
}

func optionError(option string, err error) error {
	return &logbook.OptionError{Options: "web.Options", Option: option, Err: err}
}

// ServeHTTP implements [http.Handler].
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Security-Policy", contentSecurityPolicy)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("X-Frame-Options", "DENY")
	header.Set("Referrer-Policy", "same-origin")
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
	if h.path != "" && r.URL.Path == h.path {
		http.Redirect(w, r, h.path+"/", http.StatusMovedPermanently)
		return
	}
	http.StripPrefix(h.path, h.protected).ServeHTTP(w, r)
}

const contentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// exchange is a request and its answer.
type exchange struct {
	*Handler
	w   http.ResponseWriter
	r   *http.Request
	ctx context.Context
	view
}

// serve answers a request by a route.
func (h *Handler) serve(w http.ResponseWriter, r *http.Request, to route) {
	ctx, cancel := context.WithTimeout(r.Context(), timeout)
	defer cancel()
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	x := &exchange{Handler: h, w: w, r: r, ctx: ctx, view: h.newView(r)}
	err := x.authorize(to.role)
	if err == nil {
		err = to.serve(x)
	}
	if err != nil {
		x.fail(err)
	}
}

// authorize checks that a reader has a role, or "" for everybody.
func (x *exchange) authorize(role Role) error {
	u, err := x.identify()
	if u != nil {
		x.User, x.CanEdit = u.Name, u.Role == Editor
	}
	switch {
	case role == "":
		return nil // even if the store fails
	case err != nil:
		return err
	case u == nil:
		return errLogin
	case role == Editor && !x.CanEdit:
		return &failure{http.StatusForbidden, "You may look at tickets, but not change them", nil}
	}
	return nil
}

// maxBody bounds the body of a request.
const maxBody = 1 << 20

// page answers with a page. Nothing is sent before all of it is there.
func (x *exchange) page(status int, name string, data any) error {
	var b bytes.Buffer
	if err := x.templates.ExecuteTemplate(&b, name, data); err != nil {
		return err
	}
	header := x.w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Cache-Control", "private, no-cache")
	x.w.WriteHeader(status)
	_, _ = x.w.Write(b.Bytes()) // the client is gone
	return nil
}

// redirect sends the reader to a page of this handler.
func (x *exchange) redirect(to string) error {
	http.Redirect(x.w, x.r, x.path+to, http.StatusSeeOther)
	return nil
}

// secure reports whether the client came by https, to this handler or to a proxy before it.
func (x *exchange) secure() bool {
	return x.r.TLS != nil || x.r.Header.Get("X-Forwarded-Proto") == "https"
}

// isLoopback reports whether a request names this machine as its host, so that no name of
// another site leads here.
func isLoopback(r *http.Request) bool {
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = r.Host
	}
	return netlink.IsLoopback(strings.Trim(host, "[]"))
}
