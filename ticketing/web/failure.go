package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/logbook-go/logbook/internal/encode"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/ticketing"
)

// failure is an error with a status and a text for the reader.
type failure struct {
	status int
	title  string
	err    error // may be nil
}

func (f *failure) Error() string {
	if f.err == nil {
		return f.title
	}
	return f.title + ": " + f.err.Error()
}

func (f *failure) Unwrap() error { return f.err }

// errLogin is the failure of requests by somebody who is not known.
var errLogin = &failure{http.StatusUnauthorized, "Log in first", nil}

// errForeign is the failure of requests that pages of other sites make.
var errForeign = &failure{http.StatusForbidden, "This request came from a page of another site, and was refused", nil}

var errNoPage = &failure{http.StatusNotFound, "There is no such page", nil}

func badRequest(title string, err error) error {
	return &failure{http.StatusBadRequest, title, err}
}

// known are the errors of stores and of net/http that readers can do something about.
var known = []struct {
	err    error
	status int
	title  string
}{
	{ticketing.ErrNotFound, http.StatusNotFound, "There is no such ticket: it may have been deleted"},
	{ticketing.ErrFingerprint, http.StatusConflict, "This cannot be split off: the ticket does not have that fingerprint, or no other one"},
	{ticketing.ErrLocked, http.StatusServiceUnavailable, "The database is locked by another program: try again soon"},
	{ticketing.ErrDamaged, http.StatusInternalServerError, "The database is damaged, or the file is not a database"},
	{ticketing.ErrNewer, http.StatusInternalServerError, "The database was made by a newer version of this program"},
	{ticketing.ErrMissing, http.StatusInternalServerError, "The database does not have the tables of tickets"},
	{ticketing.ErrDenied, http.StatusInternalServerError, "This program may not read or write the database"},
	{ticketing.ErrFull, http.StatusInsufficientStorage, "The disk of the database is full"},
	{logbook.ErrClosed, http.StatusServiceUnavailable, "The page is being stopped"},
	{context.DeadlineExceeded, http.StatusGatewayTimeout, "The database took too long to answer: try again soon"},
}

// failureOf classifies an error.
func failureOf(err error) *failure {
	if f := (*failure)(nil); errors.As(err, &f) {
		return f
	}
	if option := (*logbook.OptionError)(nil); errors.As(err, &option) {
		return &failure{http.StatusBadRequest, "This cannot be done", option.Err}
	}
	if large := (*http.MaxBytesError)(nil); errors.As(err, &large) {
		return &failure{http.StatusRequestEntityTooLarge, "The request is too large", nil}
	}
	for _, k := range known {
		if errors.Is(err, k.err) {
			return &failure{k.status, k.title, err}
		}
	}
	return &failure{http.StatusInternalServerError, "The tickets cannot be shown", err}
}

// fail answers with a page for an error, from which readers find back.
func (x *exchange) fail(err error) {
	if errors.Is(err, context.Canceled) {
		return // the client is gone
	}
	f := failureOf(err)
	if f == errLogin && x.r.Method == http.MethodGet && !x.isAPI() && x.r.Header.Get("Authorization") == "" {
		_ = x.redirect("/login?" + url.Values{"back": {x.Here}}.Encode())
		return
	}
	if f.status >= http.StatusInternalServerError {
		x.log.ErrorContext(x.ctx, "{method} {path}: {error}", "method", x.r.Method, "path", x.r.URL.Path, "error", err)
	}
	if f.status == http.StatusServiceUnavailable {
		x.w.Header().Set("Retry-After", "5")
	}
	if x.isAPI() {
		x.failAPI(f)
		return
	}
	if f == errLogin && x.r.Method == http.MethodGet { // a feed reader
		x.w.Header().Set("WWW-Authenticate", `Basic realm="logbook"`)
	}
	detail := ""
	if f.err != nil {
		detail = string(encode.AppendText(nil, f.err.Error()))
	}
	x.Page = f.title
	data := struct {
		*view
		Status int
		Detail string
	}{&x.view, f.status, detail}
	if err := x.page(f.status, "failure", data); err != nil {
		http.Error(x.w, f.title, f.status)
	}
}

// parseForm reads the form of a request.
func (x *exchange) parseForm() error {
	err := x.r.ParseForm()
	if err == nil || errors.As(err, new(*http.MaxBytesError)) {
		return err
	}
	return badRequest("The form cannot be read", err)
}
