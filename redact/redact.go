package redact

import (
	"log/slog"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"unicode"

	"github.com/logbook-go/logbook/logbook"
)

// DefaultKeys returns the default of [Options].Keys, patterns of the keys of secrets:
// passwords, secrets, tokens, API keys, private keys, credentials, authorizations and
// cookies.
func DefaultKeys() []string {
	return []string{
		"*password", "*passwd", "*passphrase", "pwd", "*secret", "*token",
		"*api key", "*access key", "*private key", "*secret key",
		"*credential", "*credentials", "*authorization", "*cookie",
	}
}

// Options configure [New]. nil is the default: the keys of [DefaultKeys].
type Options struct {
	// Keys are patterns of the keys whose values are replaced: of attributes, groups,
	// maps, and the fields of structs, by their Go or JSON name. Only letters and digits
	// are compared, without case: "api key" matches ApiKey and api_key; "*" matches any
	// text. nil: DefaultKeys; an empty list: no keys.
	Keys []string

	// Types are the types whose values are replaced, also behind pointers.
	Types []reflect.Type

	// Text are patterns of parts to replace in the message, in strings, and in the texts
	// of errors and other values.
	Text []*regexp.Regexp

	// Replace is the replacement. "": "***".
	Replace string
}

// Bounds of the inspection of one value. Anything beyond is replaced.
const (
	maxDepth = 16
	maxNodes = 4096
)

// Bounds of the number and length of the keys that a redactor remembers. Others are
// compared with the patterns each time.
const (
	maxKnownKeys = 512
	maxKnownKey  = 256
)

// New returns a processor that replaces secrets in all attributes of a record and in its
// message. It inspects groups, maps, slices, structs and pointers, and also replaces the
// fields that have the tag log:"secret". A value in which something is replaced becomes
// maps and lists, without the fields that encoding/json would leave out. A message that
// names an attribute shows the replacement. The text of an error is replaced in its chain
// and traceback, too; errors.Is does not find the original then.
//
// Values that cannot be inspected, because a method panicked or they are too deep or too
// large, are replaced too, and so is a [*logbook.FixedValue] whose type may contain a
// secret that its JSON does not show. Attributes that other processors add after it are
// not seen: processors bound later run earlier, so bind it first. A secret in the text of
// a message is found only by a pattern of Text, so make it an attribute.
//
// A record without secrets costs no allocation and, without patterns of text, about 50 ns
// an attribute. It is safe for concurrent use.
func New(o *Options) logbook.Processor {
	if o == nil {
		o = new(Options)
	}
	d := &redactor{types: slices.Clone(o.Types), text: slices.Clone(o.Text), mark: o.Replace}
	keys := o.Keys
	if keys == nil {
		keys = DefaultKeys()
	}
	for _, k := range keys {
		d.keys = append(d.keys, keyPattern(k))
	}
	if d.mark == "" {
		d.mark = "***"
	}
	d.known.Store(&map[string]bool{})
	return d.process
}

type redactor struct {
	keys  [][]string // the plain parts of a pattern, between its asterisks
	types []reflect.Type
	text  []*regexp.Regexp
	mark  string

	// known caches whether keys are secret: there are usually few keys, and comparing one
	// with all patterns takes much longer. The map is never changed, but replaced by a
	// larger one.
	known atomic.Pointer[map[string]bool]

	holders       sync.Map // reflect.Type to bool: see mayHoldSecret
	harmlessTypes sync.Map // reflect.Type to bool
}

// process redacts a record. If that fails, all data of the record is replaced.
func (d *redactor) process(r *logbook.Record) {
	defer func() {
		if recover() != nil {
			r.SetMessage(d.mark)
			r.SetTemplate(d.mark)
			r.ReplaceAttrs(func(_ []string, a slog.Attr) slog.Attr { return slog.String(a.Key, d.mark) })
		}
	}()
	for a := range r.Attrs {
		if d.finds(a) {
			r.ReplaceAttrs(d.replaced)
			break
		}
	}
	if len(d.text) > 0 {
		if text, found := d.redactText(r.Message()); found {
			r.SetMessage(text)
		}
		if text, found := d.redactText(r.Template()); found {
			r.SetTemplate(text)
		}
	}
}

// finds reports whether an attribute has, or may have, something to replace.
func (d *redactor) finds(a slog.Attr) bool {
	switch a.Value.Kind() {
	case slog.KindLogValuer:
		return true // it may return another value the next time
	case slog.KindGroup:
		return d.secretKey(a.Key) || slices.ContainsFunc(a.Value.Group(), d.finds)
	}
	if d.secretKey(a.Key) {
		return true
	}
	_, found := d.value(a.Value)
	return found
}

// replaced is the function for Record.ReplaceAttrs.
func (d *redactor) replaced(groups []string, a slog.Attr) slog.Attr {
	if a.Equal(slog.Attr{}) {
		return a
	}
	if d.secretKey(a.Key) || slices.ContainsFunc(groups, d.secretKey) {
		return slog.String(a.Key, d.mark)
	}
	if v, found := d.value(a.Value); found {
		a.Value = v
	}
	return a
}

func (d *redactor) redactText(s string) (out string, found bool) {
	for _, p := range d.text {
		if p.MatchString(s) {
			s, found = p.ReplaceAllLiteralString(s, d.mark), true
		}
	}
	return s, found
}

// keyPattern converts a pattern to the form that secretKey compares.
func keyPattern(pattern string) []string {
	parts := strings.Split(pattern, "*")
	for i, p := range parts {
		parts[i] = string(appendPlainKey(nil, p))
	}
	return parts
}

// appendPlainKey appends the letters and digits of a key, in lower case.
func appendPlainKey(b []byte, key string) []byte {
	for _, r := range key {
		switch {
		case 'a' <= r && r <= 'z', '0' <= r && r <= '9':
			b = append(b, byte(r))
		case 'A' <= r && r <= 'Z':
			b = append(b, byte(r)+'a'-'A')
		case r > unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			b = append(b, string(unicode.ToLower(r))...)
		}
	}
	return b
}

// secretKey reports whether the value of a key must be replaced.
func (d *redactor) secretKey(key string) bool {
	if len(d.keys) == 0 {
		return false
	}
	known := d.known.Load()
	if secret, ok := (*known)[key]; ok {
		return secret
	}
	secret := d.matchesAny(key)
	if len(*known) < maxKnownKeys && len(key) <= maxKnownKey {
		more := maps.Clone(*known)
		more[strings.Clone(key)] = secret
		d.known.CompareAndSwap(known, &more) // a key that loses the race is stored the next time
	}
	return secret
}

func (d *redactor) matchesAny(key string) bool {
	var space [64]byte
	plain := appendPlainKey(space[:0], key)
	for _, parts := range d.keys {
		if matches(plain, parts) {
			return true
		}
	}
	return false
}

// matches reports whether a key consists of the parts, in this order, with anything
// between them.
func matches(key []byte, parts []string) bool {
	first, last := parts[0], parts[len(parts)-1]
	if len(parts) == 1 {
		return string(key) == first
	}
	if len(key) < len(first)+len(last) || string(key[:len(first)]) != first || string(key[len(key)-len(last):]) != last {
		return false
	}
	key = key[len(first) : len(key)-len(last)]
	for _, p := range parts[1 : len(parts)-1] {
		i := strings.Index(string(key), p)
		if i < 0 {
			return false
		}
		key = key[i+len(p):]
	}
	return true
}
