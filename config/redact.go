package config

import (
	"regexp"
	"slices"
	"strings"

	"github.com/logbook-go/logbook/internal/secret"
)

// mask stands for a secret, as in package net/url.
const mask = "xxxxx"

// secretWords are what the name of an option that holds a secret contains. It
// is better to hide too much: "monkey" is hidden as well.
var secretWords = []string{"pass", "pwd", "secret", "token", "key", "auth", "cred", "private"}

// hidesPath reports whether the path behind a scheme is a secret, as that of a webhook
// is. Nobody knows that of a scheme that is not registered, so an address there is
// hidden.
func hidesPath(scheme, rest string) bool {
	if e, known := sinks.get(strings.ToLower(scheme)); known {
		return e.SecretPath
	}
	return strings.HasPrefix(strings.ToLower(rest), "http")
}

// unknownPath returns where the path of a URL begins whose scheme is not registered.
func unknownPath(uri string) (start int, hides bool) {
	scheme, rest, _ := strings.Cut(uri, "://")
	i := strings.IndexByte(rest, '/')
	_, known := sinks.get(strings.ToLower(scheme))
	return len(uri) - len(rest) + i + 1, i >= 0 && !known && isScheme(scheme)
}

// schemeInside finds what may be a sink URI in the value of an option, however often its
// colon was escaped.
var schemeInside = regexp.MustCompile(`(?i)(?:^|=|%(?:25)*3d)([a-z][a-z0-9+.-]+)(?::|%(?:25)*3a)`)

// hiddenInside returns where a sink URI whose path is a secret begins in the value of an
// option, and where its path does.
func hiddenInside(text string) (uri, path int, found bool) {
	for _, at := range schemeInside.FindAllStringSubmatchIndex(text, -1) {
		if hidesPath(text[at[2]:at[3]], text[at[1]:]) {
			return at[0], at[1], true
		}
	}
	return 0, 0, false
}

// Redact returns a sink URI, or any text that was meant to be one, without
// userinfo and secrets, to be shown.
func Redact(uri string) string {
	safe, _ := redact(uri)
	return safe
}

// redact returns the URI without its secrets, and the secrets. It takes any
// text, since what cannot be parsed has to be shown, too. So it does not rely
// on a password being escaped as it should be: hidden is
//
//   - everything from the scheme to the last at sign, if there is a host or a
//     second colon before it, or if it is no scheme but perhaps a user,
//   - of an option that holds a secret, its value and all behind it,
//   - of an option that holds an address with userinfo, the value,
//   - of an option that holds a URI whose path is a secret, all behind its scheme,
//   - all behind a scheme whose path is a secret, up to the options.
//
// An option is known to hold a secret by its name, or by its declaration.
func redact(uri string) (safe string, hidden *secret.Scrubber) {
	scheme, rest, _ := strings.Cut(uri, ":")
	entry, _ := sinks.get(strings.ToLower(scheme))
	r := redactor{newSecrets(), entry}
	path, query, found := strings.Cut(r.userinfo(uri), "?")
	start, hides := unknownPath(path)
	if hidesPath(scheme, rest) {
		start, hides = len(scheme+":"), true
		whole, _, _ := strings.Cut(rest, "?") // with the userinfo
		r.AddPieces(whole)
	}
	if hides && start < len(path) {
		r.AddPieces(path[start:])
		path = path[:start] + mask
	}
	safe = path
	if !hides {
		safe = r.pairs(path)
	}
	if found && len(safe) == len(path) {
		safe += "?" + r.pairs(query)
	}
	return safe, r.Scrubber
}

type redactor struct {
	*secret.Scrubber
	entry *Entry // of the scheme; nil: not known
}

// newSecrets returns a scrubber whose mask may stand in a URI.
func newSecrets() *secret.Scrubber { return &secret.Scrubber{Mask: mask} }

// hideUser adds a user who has no password, and so may be a token, unless the name is
// too short for one: "me" stands in many words.
func hideUser(s *secret.Scrubber, name string) {
	if len(name) > secret.ShortPiece {
		s.AddPieces(name)
	}
}

func (r *redactor) userinfo(uri string) string {
	at := strings.LastIndexByte(uri, '@')
	start := strings.IndexByte(uri, ':') + 1
	if start >= at {
		return uri
	}
	info := strings.TrimLeft(uri[start:at], "/")
	slashes := at - start - len(info)
	if info == "" || slashes != len("//") && !strings.Contains(info, ":") && mayHavePath(uri[:max(start-1, 0)]) {
		return uri // a path may have an at sign
	}
	start += slashes
	if len(info) > secret.ShortPiece {
		r.Add(info)
	}
	_, password, _ := strings.Cut(info, ":")
	r.AddPieces(password)
	return uri[:start] + mask + uri[at:]
}

// mayHavePath reports whether a path, and not a password, follows a scheme: it is a
// known one, or there is none, or it is a drive of Windows.
func mayHavePath(scheme string) bool {
	_, known := sinks.get(strings.ToLower(scheme))
	return len(scheme) < 2 || known
}

// pairs hides secrets in a text of name=value pairs.
func (r *redactor) pairs(s string) string {
	if uri, path, found := hiddenInside(s); found {
		r.AddPieces(s[path:])
		return r.pairs(s[:uri]) + s[uri:path] + mask
	}
	for at := 0; ; {
		piece, _, more := strings.Cut(s[at:], "&")
		text := secret.Unescape(piece)
		value := at + strings.IndexByte(piece, '=') + 1
		if i := strings.LastIndexByte(text, '='); i >= 0 && declaredSecret(r.entry, text[:i]) {
			r.AddPieces(s[value:])
			r.AddPieces(s[value : at+len(piece)])
			return s[:value] + mask
		}
		if before, _, found := strings.Cut(text, "@"); found && value > at && strings.Contains(before, ":") {
			r.AddPieces(s[value : at+len(piece)])
			s = s[:value] + mask + s[at+len(piece):]
			piece = s[at : value+len(mask)]
		}
		if !more {
			return s
		}
		at += len(piece) + 1
	}
}

// declaredSecret is isSecret for an option of a sink, which may be nil. The path of a
// file with a secret is no secret.
func declaredSecret(e *Entry, name string) bool {
	if e != nil {
		if o := find(e.Options, name); o != nil {
			return o.Secret || o.Kind != KindPath && isSecret(name)
		}
	}
	return isSecret(name)
}

// isSecret reports whether an option of this name holds a secret. Case and
// everything between the letters are left aside.
func isSecret(name string) bool {
	letters := strings.Map(func(c rune) rune {
		switch {
		case 'a' <= c && c <= 'z':
			return c
		case 'A' <= c && c <= 'Z':
			return c + 'a' - 'A'
		}
		return -1
	}, secret.Unescape(name))
	return slices.ContainsFunc(secretWords, func(w string) bool { return strings.Contains(letters, w) })
}
