package web

import "net/http"

// route is an entry of the table of all pages and actions.
type route struct {
	method string
	path   string
	serve  func(*exchange) error
}

func (r *route) pattern() string { return r.method + " " + r.path }

var routes = []route{
	{http.MethodGet, "/{$}", (*exchange).list},
	{http.MethodGet, "/tickets/{id}", (*exchange).ticket},
	{http.MethodGet, "/tickets/{id}/record", (*exchange).record},
	{http.MethodGet, "/keys", (*exchange).keys},
	{http.MethodPost, "/display", (*exchange).display},
	{http.MethodGet, "/assets/{name}", (*exchange).asset},
	{http.MethodGet, "/{path...}", func(*exchange) error { return errNoPage }},
}
