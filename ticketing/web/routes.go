package web

import "net/http"

// route is an entry of the table of all pages and actions.
type route struct {
	method string
	path   string
	role   Role // "" for everybody
	serve  func(*exchange) error
}

func (r *route) pattern() string { return r.method + " " + r.path }

// routes are all pages and actions. Those that change tickets are for editors.
var routes = []route{
	{http.MethodGet, "/{$}", Viewer, (*exchange).list},
	{http.MethodGet, "/tickets/{id}", Viewer, (*exchange).ticket},
	{http.MethodGet, "/tickets/{id}/record", Viewer, (*exchange).record},
	{http.MethodGet, "/feed.atom", Viewer, (*exchange).atom},
	{http.MethodGet, "/live", Viewer, (*exchange).live},
	{http.MethodPost, "/actions", Editor, (*exchange).act},

	{http.MethodGet, "/api", Viewer, (*exchange).apiHelp},
	{http.MethodGet, "/api/tickets", Viewer, (*exchange).apiList},
	{http.MethodGet, "/api/tickets/{id}", Viewer, (*exchange).apiTicket},
	{http.MethodPost, "/api/tickets/{id}/actions", Editor, (*exchange).apiAct},
	{http.MethodPost, "/api/tickets/{id}/merge", Editor, (*exchange).apiMerge},
	{http.MethodPost, "/api/tickets/{id}/split", Editor, (*exchange).apiSplit},
	{http.MethodDelete, "/api/tickets/{id}", Editor, (*exchange).apiDelete},

	{http.MethodGet, "/keys", "", (*exchange).keys},
	{http.MethodPost, "/display", "", (*exchange).display},
	{http.MethodGet, "/login", "", (*exchange).loginPage},
	{http.MethodPost, "/login", "", (*exchange).login},
	{http.MethodPost, "/logout", "", (*exchange).logout},
	{http.MethodGet, "/assets/{name}", "", (*exchange).asset},
	{http.MethodGet, "/{path...}", "", func(*exchange) error { return errNoPage }},
}
