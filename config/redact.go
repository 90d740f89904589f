package config

import (
	"regexp"
	"slices"
	"strings"

	"github.com/logbook-go/logbook/internal/secret"
)

// mask replaces a secret, as in package net/url.
const mask = "xxxxx"

// secretWords are the words that mark the name of an option as secret. It is better to
// hide too much: "monkey" matches, too.
var secretWords = []string{"pass", "pwd", "secret", "token", "key", "auth", "cred", "private"}

// hidesPath reports whether the path after a scheme is a secret, like the address of a
// webhook. If the scheme is not registered, that is not known, so a web address is taken
// for a secret.
func hidesPath(scheme, rest string) bool {
	if e, known := addressed(strings.ToLower(scheme)); known {
		return e.SecretPath
	}
	return strings.HasPrefix(strings.ToLower(rest), "http")
}

// unknownPath returns where the path begins in a URL whose scheme is not registered.
func unknownPath(uri string) (start int, hides bool) {
	scheme, rest, _ := strings.Cut(uri, "://")
	i := strings.IndexByte(rest, '/')
	_, known := addressed(strings.ToLower(scheme))
	return len(uri) - len(rest) + i + 1, i >= 0 && !known && isScheme(scheme)
}

// schemeInside matches the beginning of a possible sink URI in the value of an option,
// however often its colon was escaped.
var schemeInside = regexp.MustCompile(`(?i)(?:^|=|%(?:25)*3d)([a-z][a-z0-9+.-]+)(?::|%(?:25)*3a)`)

// hiddenInside looks for a sink URI with a secret path in the value of an option. It
// returns where the URI and the path begin.
func hiddenInside(text string) (uri, path int, found bool) {
	for _, at := range schemeInside.FindAllStringSubmatchIndex(text, -1) {
		if hidesPath(text[at[2]:at[3]], text[at[1]:]) {
			return at[0], at[1], true
		}
	}
	return 0, 0, false
}

// Redact returns a sink URI without userinfo and secrets, for display. It accepts any
// text.
func Redact(uri string) string {
	safe, _ := redact(uri)
	return safe
}

// redact returns the URI without its secrets, and the secrets. It accepts any text, since
// errors also show URIs that cannot be parsed. So it does not rely on passwords being
// escaped as they should be. It hides
//
//   - everything from the scheme to the last at sign, if a host or a second colon comes
//     before it, or if the scheme may be a user,
//   - the value of a secret option and everything after it,
//   - the value of an option that contains an address with userinfo,
//   - in an option whose value is a URI with a secret path, everything after its scheme,
//   - everything from a scheme with a secret path to the options.
//
// An option is secret by its name, or by its declaration.
func redact(uri string) (safe string, hidden *secret.Scrubber) {
	scheme, rest, _ := strings.Cut(uri, ":")
	entry, _ := addressed(strings.ToLower(scheme))
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
	entry *Entry // of the scheme; nil if unknown
}

// newSecrets returns a scrubber whose mask is valid in a URI.
func newSecrets() *secret.Scrubber { return &secret.Scrubber{Mask: mask} }

// hideUser adds a user without a password, which may be a token. It does not add a short
// one, such as "me", which occurs in many words.
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

// mayHavePath reports whether a path rather than a password may follow the scheme: it is
// registered, empty, or a Windows drive.
func mayHavePath(scheme string) bool {
	_, known := addressed(strings.ToLower(scheme))
	return len(scheme) < 2 || known
}

// pairs hides the secrets in a list of name=value pairs.
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

// declaredSecret is isSecret for an option of e, which may be nil. The path of a file that
// contains a secret is not a secret.
func declaredSecret(e *Entry, name string) bool {
	if e != nil {
		if o := find(e.Options, name); o != nil {
			return o.Secret || o.Kind != KindPath && isSecret(name)
		}
	}
	return isSecret(name)
}

// isSecret reports whether the name of an option implies a secret. It looks only at
// letters, and ignores case.
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
