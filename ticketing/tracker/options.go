package tracker

import (
	"crypto/tls"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/logbook-go/logbook/logbook"
)

// Kind is a kind of trackers.
type Kind string

// Kinds of trackers, with the form of their addresses.
const (
	Redmine Kind = "redmine" // https://HOST/projects/PROJECT
	Trac    Kind = "trac"    // https://HOST/PROJECT; needs the plugin XmlRpcPlugin, with JSON-RPC
	GitHub  Kind = "github"  // https://github.com/OWNER/REPOSITORY, or a server of one's own
	GitLab  Kind = "gitlab"  // https://HOST/GROUP/PROJECT
	Jira    Kind = "jira"    // https://HOST/browse/PROJECT
	Webhook Kind = "webhook" // any; see [New]
)

// Options configure [New]. nil is the default.
type Options struct {
	// Token is the API key or access token. With User it is that user's password or token:
	// Trac and Jira Cloud ask for both.
	Token string
	User  string

	// IssueType is the type of the issue in Jira. Default "Bug".
	IssueType string

	// Page is the address of the tickets in a browser. The number of the ticket, after a "/",
	// is added to it, and the issue refers to that. Default: it does not.
	Page string

	// AllowLocal permits addresses that are not of the public internet, and the proxy of the
	// environment, which looks up names itself.
	AllowLocal bool

	// AllowPlaintext permits an address without TLS.
	AllowPlaintext bool

	// TLSConfig holds roots, client certificates and the like; nil: the system's roots.
	TLSConfig *tls.Config

	// Timeout bounds a request. Default 10 s.
	Timeout time.Duration
}

const defaultTimeout = 10 * time.Second

func optionError(option, text string) error {
	return &logbook.OptionError{Options: "tracker.Options", Option: option, Err: errors.New(text)}
}

// check returns the address. Its errors do not repeat it, since people may put a password
// into it.
func (o *Options) check(kind Kind, address string) (*url.URL, error) {
	for name, text := range map[string]string{"Token": o.Token, "User": o.User, "IssueType": o.IssueType, "Page": o.Page} {
		if strings.ContainsFunc(text, func(c rune) bool { return c < ' ' || c == 0x7F }) {
			return nil, optionError(name, "want no control characters")
		}
	}
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "":
		return nil, optionError("URL", "want an http or https URL")
	case u.User != nil:
		return nil, optionError("URL", "want no user in it; there are options for that")
	case u.Scheme == "http" && !o.AllowPlaintext:
		return nil, optionError("URL", "want https, or the option AllowPlaintext")
	case kind != Webhook && (u.RawQuery != "" || u.Fragment != ""):
		return nil, optionError("URL", "want no query in it")
	case o.Timeout < 0:
		return nil, optionError("Timeout", "want a positive duration")
	case o.Page != "":
		if page, err := url.Parse(o.Page); err != nil || page.Scheme != "http" && page.Scheme != "https" || page.Host == "" {
			return nil, optionError("Page", "want an http or https URL")
		}
	}
	return u, nil
}

// project cuts an address into that of the server and the project, which is the last n parts
// of the path; n is 0 for all of them. marks are the part that must stand before the project.
func project(u *url.URL, n int, marks ...string) (base string, parts []string, ok bool) {
	parts = strings.FieldsFunc(u.Path, func(c rune) bool { return c == '/' })
	if n == 0 {
		n = len(parts)
	}
	if len(parts) < max(n, 1) || slices.Contains(parts, "..") {
		return "", nil, false
	}
	before, own := parts[:len(parts)-n], parts[len(parts)-n:]
	if len(marks) > 0 {
		if len(before) == 0 || !slices.Contains(marks, before[len(before)-1]) {
			return "", nil, false
		}
		before = before[:len(before)-1]
	}
	return u.Scheme + "://" + u.Host + escaped(before), own, true
}

// escaped returns parts of a path, each with a "/" before it.
func escaped(parts []string) string {
	var b strings.Builder
	for _, p := range parts {
		b.WriteString("/" + url.PathEscape(p))
	}
	return b.String()
}
