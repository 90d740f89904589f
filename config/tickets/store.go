package tickets

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/ticketing"
)

// schemes are the schemes of the sinks of this package.
var schemes []string

// register registers a sink of tickets.
func register(scheme string, e config.Entry) {
	config.RegisterSink(scheme, e)
	schemes = append(schemes, scheme)
	slices.Sort(schemes)
}

// OpenStore opens the store of a sink of this package by its URI. It makes no database and no
// tables, unless the URI has the option no_create: that they are missing is an error.
//
// Options of every sink, such as background, are an error, too. It is a [*config.URIError],
// and contains no password.
func OpenStore(uri string) (ticketing.Store, error) {
	if _, query, given := strings.Cut(uri, "?"); !given {
		uri += "?" + noCreate
	} else if !strings.Contains("&"+query, "&"+noCreateOption+"=") {
		uri += "&" + noCreate
	}
	h, err := OpenHandler(uri)
	if err != nil {
		return nil, err
	}
	return h.Store(), nil
}

const (
	noCreateOption = "no_create"
	noCreate       = noCreateOption + "=true"
)

// OpenHandler opens a sink of this package as [config.Open] does, for the use of its store.
// Options of every sink, such as background, are an error. It is a [*config.URIError], and
// contains no password.
func OpenHandler(uri string) (*ticketing.Handler, error) {
	if scheme, _, ok := strings.Cut(uri, ":"); !ok || !slices.Contains(schemes, strings.ToLower(scheme)) {
		return nil, &config.URIError{URI: config.Redact(uri), Err: fmt.Errorf("not a store of tickets: want a URI of %s", strings.Join(schemes, ", "))}
	}
	h, err := config.Open(uri)
	if err != nil {
		return nil, err
	}
	if t, ok := h.(*ticketing.Handler); ok {
		return t, nil
	}
	err = errors.New("options of every sink, such as background, have no effect on a store")
	return nil, &config.URIError{URI: config.Redact(uri), Err: errors.Join(err, logbook.Close(context.Background(), h))}
}
