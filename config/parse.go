package config

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/logbook-go/logbook/internal/netlink"
)

// parse parses a sink URI. It does not use url.Parse, which refuses Windows paths, cuts
// file names at "#", and repeats the URI with its password in errors.
func parse(uri string) (*Spec, error) {
	s := new(Spec)
	s.safe, s.secrets = redact(uri)
	scheme, rest, ok := strings.Cut(uri, ":")
	if !ok || !isScheme(scheme) {
		return nil, s.fail("", errNoScheme)
	}
	s.Scheme = strings.ToLower(scheme)
	path, query, _ := strings.Cut(rest, "?")
	at := len(scheme) + 1
	if authority, ok := strings.CutPrefix(path, "//"); ok {
		path = ""
		if i := strings.IndexByte(authority, '/'); i >= 0 {
			authority, path = authority[:i], authority[i:]
		}
		if err := s.authority(authority); err != nil {
			return nil, s.fail("", err)
		}
		at += len("//") + len(authority)
	}
	var err error
	if s.Path, err = decode(path, at); err != nil {
		return nil, s.fail("", err)
	}
	if strings.IndexByte(s.Path, 0) >= 0 {
		return nil, s.fail("", errors.New("invalid path: contains a NUL byte"))
	}
	if err := s.parseOptions(query, len(uri)-len(query)); err != nil {
		return nil, err
	}
	return s, nil
}

var errNoScheme = errors.New(`missing scheme: want one, such as "file:PATH"`)

// authority parses user:password@host:port. Its errors do not repeat any part of it.
func (s *Spec) authority(text string) error {
	if i := strings.LastIndexByte(text, '@'); i >= 0 {
		user, password, both := strings.Cut(text[:i], ":")
		user, err1 := url.PathUnescape(user)
		password, err2 := url.PathUnescape(password)
		if err1 != nil || err2 != nil {
			return errors.New("invalid percent escape in the userinfo")
		}
		if both {
			s.User = url.UserPassword(user, password)
			s.secrets.AddPieces(password)
		} else {
			s.User = url.User(user)
			hideUser(s.secrets, user)
		}
		text = text[i+1:]
	}
	// The percent sign before the zone of an IPv6 address is escaped, as in RFC 6874.
	host, zone, zoned := strings.Cut(text, "%25")
	if strings.Contains(host+zone, "%") || zoned && !strings.HasPrefix(host, "[") {
		return netlink.ErrAddress
	}
	if zoned {
		text = host + "%" + zone
	}
	if _, err := netlink.ParseAuthority(text, "1"); err != nil && text != "" {
		return err
	}
	s.Host = text
	return nil
}

func (s *Spec) parseOptions(query string, at int) error {
	entry, _ := addressed(s.Scheme)
	for query != "" {
		piece, rest, _ := strings.Cut(query, "&")
		name, value, _ := strings.Cut(piece, "=")
		name, err := decode(name, at)
		if err != nil {
			return s.fail("", err)
		}
		o := setting{name: name, secret: declaredSecret(entry, name)}
		o.behind = !o.secret && s.afterSecret()
		if o.value, err = decode(value, at+len(piece)-len(value)); err != nil {
			return s.fail(o.shown(), err)
		}
		if o.secret || o.behind {
			s.secrets.AddPieces(o.value)
		}
		switch {
		case piece == "":
		case s.setting(name) != nil:
			return s.fail(o.shown(), errors.New("given twice"))
		default:
			s.settings = append(s.settings, o)
		}
		at += len(piece) + 1
		query = rest
	}
	return nil
}

// decode decodes percent escapes. at is the offset of the text in the URI.
func decode(text string, at int) (string, error) {
	s, err := url.PathUnescape(text)
	if err == nil {
		return s, nil
	}
	for i := strings.IndexByte(text, '%'); ; i += 3 {
		for i < len(text) && text[i] != '%' {
			i++
		}
		if _, err := url.PathUnescape(text[i:min(i+3, len(text))]); err != nil {
			return "", fmt.Errorf("invalid percent escape at byte %d; write a percent sign as %%25", at+i)
		}
	}
}
