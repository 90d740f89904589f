package web

import (
	"net/http"
	"net/url"
	"strings"
	"time"
)

// view is what the templates of all pages need.
type view struct {
	Page  string // its name
	Theme string // "light", "dark", or "" for that of the system
	Zone  *time.Location
	Here  string // the address of this page, without the path of the handler
	Flash string

	User    string // "" if nobody is known
	Local   bool   // the user did not log in
	Tracker bool   // issues can be created
	CanEdit bool   // the reader may change tickets

	now time.Time
}

// Names of cookies. They hold how a reader wants to see the page, and no data.
const (
	zoneCookie  = "logbook_zone"
	themeCookie = "logbook_theme"
)

func (h *Handler) newView(r *http.Request) view {
	v := view{Zone: time.UTC, Here: r.URL.RequestURI(), now: h.clock(), Local: h.local != "", Tracker: h.tracker != nil, Flash: flashText(r.URL.Query().Get(flashKey))}
	if r.Method != http.MethodGet {
		v.Here = "/" // its answer has no address
	}
	if c, err := r.Cookie(zoneCookie); err == nil {
		if name, err := url.QueryUnescape(c.Value); err == nil {
			v.Zone, _ = zone(name)
		}
	}
	if c, err := r.Cookie(themeCookie); err == nil && isTheme(c.Value) {
		v.Theme = c.Value
	}
	return v
}

func isTheme(s string) bool { return s == "light" || s == "dark" }

// zone returns the zone with a name, or UTC.
func zone(name string) (*time.Location, error) {
	if name == "" || name == "Local" { // that of the server
		return time.UTC, nil
	}
	z, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC, err
	}
	return z, nil
}

// View returns the view, for functions of templates.
func (v *view) View() *view { return v }

// Zones are suggestions.
func (view) Zones() []string {
	return strings.Fields("UTC Europe/London Europe/Berlin Europe/Helsinki Europe/Istanbul Africa/Lagos Africa/Johannesburg " +
		"Asia/Dubai Asia/Kolkata Asia/Bangkok Asia/Shanghai Asia/Tokyo Australia/Sydney Pacific/Auckland " +
		"America/Sao_Paulo America/New_York America/Chicago America/Denver America/Los_Angeles")
}

// moment is a time in the forms in which it is shown.
type moment struct {
	ISO  string
	Full string // in the reader's zone
	Ago  string
}

// At returns the forms of a time.
func (v *view) At(t time.Time) moment {
	if t.IsZero() {
		return moment{}
	}
	return moment{t.UTC().Format(time.RFC3339), t.In(v.Zone).Format("2 Jan 2006, 15:04:05 MST"), ago(v.now.Sub(t))}
}

// ago returns a time that has passed, or will, in one unit.
func ago(d time.Duration) string {
	if d < 0 {
		return "in " + length(-d)
	}
	if d < 5*time.Second {
		return "now"
	}
	return length(d) + " ago"
}

func length(d time.Duration) string {
	const day = 24 * time.Hour
	for _, u := range []struct {
		unit time.Duration
		name string
	}{{365 * day, "y"}, {30 * day, "mo"}, {day, "d"}, {time.Hour, "h"}, {time.Minute, "min"}} {
		if d >= u.unit {
			return number(int64(d/u.unit)) + " " + u.name
		}
	}
	return number(int64(d/time.Second)) + " s"
}

// display stores how a reader wants to see the page.
func (x *exchange) display() error {
	if err := x.parseForm(); err != nil {
		return err
	}
	for field, name := range map[string]string{"zone": zoneCookie, "theme": themeCookie} {
		if !x.r.PostForm.Has(field) {
			continue
		}
		value := x.r.PostForm.Get(field)
		if _, err := zone(value); field == "zone" && err != nil {
			return badRequest("This time zone is not known: want a name such as Europe/Berlin", nil)
		}
		if field == "theme" && !isTheme(value) {
			value = ""
		}
		x.setCookie(&http.Cookie{Name: name, Value: url.QueryEscape(value), MaxAge: 400 * 24 * 3600})
	}
	return x.back()
}

// setCookie sets a cookie for the pages of this handler.
func (x *exchange) setCookie(c *http.Cookie) {
	c.Path, c.SameSite, c.Secure = x.path+"/", http.SameSiteLaxMode, x.secure()
	http.SetCookie(x.w, c)
}

// back sends the reader to the page from which a form was sent.
func (x *exchange) back() error { return x.redirect(backPath(x.r.PostForm.Get("back"))) }

// backPath returns the address of a page of this handler, or that of the list.
func backPath(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(s, "/") || strings.HasPrefix(s, "//") || strings.ContainsAny(s, "\\\r\n") {
		return "/"
	}
	query := u.Query()
	query.Del(flashKey)
	u.RawQuery = query.Encode()
	return u.RequestURI()
}
