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

// secretPaths are the schemes whose path is a secret: whoever knows the address of
// a webhook can use it. They are hidden even if no package has registered them.
var secretPaths = []string{"slack", "ntfy", "webhook", "pushover"}

// secretInside finds such a scheme in the value of an option, however often the
// colon was escaped.
var secretInside = regexp.MustCompile(`(?i)(?:^|=|%(?:25)*3d)(?:` + strings.Join(secretPaths, "|") + `)(?::|%(?:25)*3a)`)

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
func redact(uri string) (safe string, hidden *secret.Scrubber) {
	r := redactor{newSecrets()}
	if scheme, rest, _ := strings.Cut(uri, ":"); slices.Contains(secretPaths, strings.ToLower(scheme)) {
		path, query, found := strings.Cut(rest, "?")
		if path != "" {
			r.AddPieces(path)
			path = mask
		}
		if _, safe, _ = strings.Cut(r.pairs(r.userinfo("?"+query)), "?"); found {
			safe = "?" + safe
		}
		return scheme + ":" + path + safe, r.Scrubber
	}
	rest := r.userinfo(uri)
	path, query, found := strings.Cut(rest, "?")
	safe = r.pairs(path)
	if found && len(safe) == len(path) {
		safe += "?" + r.pairs(query)
	}
	return safe, r.Scrubber
}

type redactor struct{ *secret.Scrubber }

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
	return len(scheme) < 2 || slices.Contains(elsewhere, strings.ToLower(scheme)) || opener(strings.ToLower(scheme)) != nil
}

// pairs hides secrets in a text of name=value pairs.
func (r *redactor) pairs(s string) string {
	if found := secretInside.FindStringIndex(s); found != nil {
		r.AddPieces(s[found[1]:])
		return r.pairs(s[:found[0]]) + s[found[0]:found[1]] + mask
	}
	for at := 0; ; {
		piece, _, more := strings.Cut(s[at:], "&")
		text := secret.Unescape(piece)
		value := at + strings.IndexByte(piece, '=') + 1
		if i := strings.LastIndexByte(text, '='); i >= 0 && isSecret(text[:i]) {
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

// isSecret reports whether the option of this name holds a secret. Case and
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
