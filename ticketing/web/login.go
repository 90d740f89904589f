package web

import (
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/logbook-go/logbook/internal/limit"
)

// loginData is the data of the page for logging in.
type loginData struct {
	*view
	Name   string
	Back   string
	Failed bool
	Empty  bool // there are no users
}

// loginPage asks for a name and a password.
func (x *exchange) loginPage() error {
	return x.askLogin(http.StatusOK, &loginData{Back: backPath(x.r.URL.Query().Get("back"))})
}

func (x *exchange) askLogin(status int, d *loginData) error {
	accounts, _, err := x.accounts.read(x.ctx)
	if err != nil {
		return err
	}
	x.Page = "Log in"
	d.view, d.Empty = &x.view, len(accounts.Users) == 0
	return x.page(status, "login", d)
}

// login begins a session.
func (x *exchange) login() error {
	if err := x.parseForm(); err != nil {
		return err
	}
	name, password, back := x.r.PostForm.Get("name"), x.r.PostForm.Get("password"), backPath(x.r.PostForm.Get("back"))
	if wait := x.attempts.wait(x.r, name, x.now); wait > 0 {
		x.w.Header().Set("Retry-After", strconv.Itoa(int(wait/time.Second)+1))
		return &failure{http.StatusTooManyRequests, "Too many attempts: try again in " + length(wait), nil}
	}
	d, _, err := x.accounts.read(x.ctx)
	if err != nil {
		return err
	}
	u := d.user(name)
	hash := nobody()
	if u != nil {
		hash = u.Password
	}
	if !x.attempts.check(password, hash) || u == nil {
		x.log.WarnContext(x.ctx, "failed login", "user", name, "address", x.r.RemoteAddr)
		return x.askLogin(http.StatusUnauthorized, &loginData{Name: strings.Map(visible, name), Back: back, Failed: true})
	}
	x.setSession(d.newSession(u, x.now))
	return x.redirect(back)
}

// logout ends all sessions of the user.
func (x *exchange) logout() error {
	x.setSession("")
	if x.User == "" || x.local != "" {
		return x.redirect("/")
	}
	err := x.accounts.change(x.ctx, func(d *document) error {
		if u := d.user(x.User); u != nil {
			u.Epoch++
		}
		return nil
	})
	if err != nil {
		return err
	}
	return x.redirect("/login")
}

// attempts bounds the logins that are tried.
type attempts struct {
	mu      sync.Mutex
	windows limit.Windows[int]
	slots   chan struct{} // bounds the memory of hashes that are computed at once
}

// Attempts in attemptTime, of an address for one name, and for any.
const (
	attemptTime     = 15 * time.Minute
	attemptsOfName  = 10
	attemptsOfOther = 50
	attemptsAtOnce  = 2
)

func newAttempts() *attempts {
	return &attempts{windows: limit.Windows[int]{Per: attemptTime, Size: 10_000}, slots: make(chan struct{}, attemptsAtOnce)}
}

// wait counts an attempt, and returns how long to wait before the next one is allowed if there
// were too many.
func (a *attempts) wait(r *http.Request, name string, now time.Time) time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	address := peer(r)
	if wait := a.count(limit.Site{Channel: address}, attemptsOfOther, now); wait > 0 {
		return wait // names that are made up do not push others out of the windows
	}
	return a.count(limit.Site{Channel: address, Text: limit.Key("user " + name)}, attemptsOfName, now)
}

func (a *attempts) count(site limit.Site, most int, now time.Time) time.Duration {
	w, renewed, _ := a.windows.At(site, now)
	if renewed {
		w.Count = 0
	}
	if w.Count++; w.Count > most {
		return w.Start.Add(attemptTime).Sub(now)
	}
	return 0
}

// peer returns the address of the client, or its network of IPv6.
func peer(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	a, err := netip.ParseAddr(host)
	if err != nil || a.Unmap().Is4() {
		return host
	}
	p, _ := a.WithZone("").Prefix(64) // 64 bits are valid
	return p.String()
}

// check is checkPassword, for a few passwords at a time.
func (a *attempts) check(password, hash string) bool {
	a.slots <- struct{}{}
	defer func() { <-a.slots }()
	return checkPassword(password, hash)
}
