package web

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// sessionCookie holds the session of a user: the name, when it ends, and a signature of both and
// of the user's epoch. So a session needs no memory, and ends when the epoch changes.
const sessionCookie = "logbook_session"

const sessionTime = 30 * 24 * time.Hour

func (d *document) signature(u *storedUser, ends int64) string {
	mac := hmac.New(sha256.New, d.Key)
	fmt.Fprintf(mac, "%s %d %d", u.Name, u.Epoch, ends)
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// newSession returns the value of the cookie for a session.
func (d *document) newSession(u *storedUser, now time.Time) string {
	ends := now.Add(sessionTime).Unix()
	return fmt.Sprintf("%s/%d/%s", u.Name, ends, d.signature(u, ends))
}

// session returns the user of a session, or nil.
func (d *document) session(value string, now time.Time) *User {
	name, rest, _ := strings.Cut(value, "/")
	end, signature, _ := strings.Cut(rest, "/")
	ends, err := strconv.ParseInt(end, 10, 64)
	u := d.user(name)
	if err != nil || u == nil || d.Key == nil || ends <= now.Unix() || !hmac.Equal([]byte(signature), []byte(d.signature(u, ends))) {
		return nil
	}
	return &User{u.Name, u.Role}
}

// setSession sets the cookie of a session, or removes it if the value is "".
func (x *exchange) setSession(value string) {
	c := &http.Cookie{Name: sessionCookie, Value: value, HttpOnly: true, MaxAge: int(sessionTime / time.Second)}
	if value == "" {
		c.MaxAge = -1
	}
	x.setCookie(c)
}

// identify returns who makes a request: the owner of the token or session, or the local user. It
// returns nil if nobody is known.
func (x *exchange) identify() (*User, error) {
	token, given := strings.CutPrefix(x.r.Header.Get("Authorization"), "Bearer ")
	if _, password, ok := x.r.BasicAuth(); ok {
		token, given = password, true
	}
	cookie, err := x.r.Cookie(sessionCookie)
	if !given && err != nil || !given && x.local != "" {
		return x.localUser()
	}
	d, _, err := x.accounts.read(x.ctx)
	if err != nil {
		return nil, err
	}
	if given {
		return d.token(token), nil
	}
	return d.session(cookie.Value, x.now), nil
}

// localUser returns the user who needs no login.
func (x *exchange) localUser() (*User, error) {
	if x.local == "" {
		return nil, nil
	}
	if !isLoopback(x.r) {
		return nil, &failure{http.StatusMisdirectedRequest, "This page is served for this machine alone: open it as localhost", nil}
	}
	for _, name := range []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Via"} {
		if x.r.Header.Get(name) != "" {
			return nil, &failure{http.StatusMisdirectedRequest, "This page is served for this machine alone, and not for a proxy: make users first", nil}
		}
	}
	return &User{x.local, Editor}, nil
}
