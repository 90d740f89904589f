package redact

import (
	"bytes"
	"encoding"
	"encoding/json"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/logbook-go/logbook/internal/value"
	"github.com/logbook-go/logbook/logbook"
)

// value returns a value without secrets. found reports whether there were any. A value
// that cannot be inspected is replaced.
func (d *redactor) value(v slog.Value) (out slog.Value, found bool) {
	defer func() {
		if recover() != nil {
			out, found = slog.StringValue(d.mark), true
		}
	}()
	if v.Kind() == slog.KindAny {
		if e, ok := v.Any().(interface{ Info() *logbook.ErrorInfo }); ok {
			return d.loggedError(v, e.Info())
		}
		if f, ok := v.Any().(*logbook.FixedValue); ok && d.mayHoldSecret(f.Type()) {
			return slog.StringValue(d.mark), true // it cannot be inspected
		}
		if v.Any() == nil || d.harmless(reflect.TypeOf(v.Any())) {
			return v, false
		}
		w := walk{redactor: d}
		plain, found := w.node(reflect.ValueOf(v.Any()), 0)
		if !found {
			return v, false
		}
		return slog.AnyValue(plain), true
	}
	if len(d.types) > 0 && d.secretType(reflect.TypeOf(v.Any())) {
		return slog.StringValue(d.mark), true
	}
	if v.Kind() == slog.KindString {
		s, found := d.redactText(v.String())
		return slog.StringValue(s), found
	}
	return v, false
}

// secretType reports whether values of the type, or those that they point to, must be
// replaced.
func (d *redactor) secretType(t reflect.Type) bool {
	if len(d.types) == 0 {
		return false
	}
	for t != nil && t.Kind() == reflect.Pointer && !slices.Contains(d.types, t) {
		t = t.Elem()
	}
	return slices.Contains(d.types, t)
}

// mayHoldSecret reports whether a value of the type may contain a secret that its JSON
// does not show: a value of a secret type, or a field with a secret name that has another
// name in JSON.
func (d *redactor) mayHoldSecret(t reflect.Type) bool {
	if may, ok := d.holders.Load(t); ok {
		return may.(bool)
	}
	may := d.leadsToSecret(t, map[reflect.Type]bool{})
	d.holders.Store(t, may)
	return may
}

func (d *redactor) leadsToSecret(t reflect.Type, seen map[reflect.Type]bool) bool {
	if seen[t] {
		return false
	}
	seen[t] = true
	if d.secretType(t) {
		return true
	}
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array:
		return d.leadsToSecret(t.Elem(), seen)
	case reflect.Map:
		return d.leadsToSecret(t.Key(), seen) || d.leadsToSecret(t.Elem(), seen)
	case reflect.Interface:
		return slices.ContainsFunc(d.types, func(secret reflect.Type) bool {
			return secret.Implements(t) || reflect.PointerTo(secret).Implements(t)
		})
	case reflect.Struct:
		for i := range t.NumField() {
			f := t.Field(i)
			shown := f.IsExported() && f.Tag.Get("json") != "-"
			if shown && (d.secretKey(f.Name) || tagged(f)) || d.leadsToSecret(f.Type, seen) {
				return true
			}
		}
	}
	return false
}

// tagged reports whether a field of a struct is marked as secret.
func tagged(f reflect.StructField) bool { return f.Tag.Get("log") == "secret" }

// harmless reports whether values of the type cannot contain secrets, so that they need
// no inspection. It is computed once for each type.
func (d *redactor) harmless(t reflect.Type) bool {
	if len(d.text) > 0 {
		return false
	}
	if is, ok := d.harmlessTypes.Load(t); ok {
		return is.(bool)
	}
	is := d.nothingIn(t, make(map[reflect.Type]bool))
	d.harmlessTypes.Store(t, is)
	return is
}

func (d *redactor) nothingIn(t reflect.Type, seen map[reflect.Type]bool) bool {
	switch {
	case seen[t] || t == reflect.TypeFor[time.Time]():
		return !d.secretType(t)
	case d.secretType(t) || showsMore(t) || showsMore(reflect.PointerTo(t)) || len(d.types) > 0 && t.Implements(reflect.TypeFor[error]()):
		return false
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array:
		return d.nothingIn(t.Elem(), seen)
	case reflect.Struct:
		for i := range t.NumField() {
			f := t.Field(i)
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if tagged(f) || d.secretKey(f.Name) || d.secretKey(name) || !d.nothingIn(f.Type, seen) {
				return false
			}
		}
		return true
	case reflect.Map, reflect.Interface: // the keys and the dynamic types are not known yet
		return false
	}
	return true
}

// showsMore reports whether values of the type are shown as other values, which may have
// keys.
func showsMore(t reflect.Type) bool {
	return t.Implements(reflect.TypeFor[json.Marshaler]()) || t.Implements(reflect.TypeFor[slog.LogValuer]())
}

// secretError reports whether an error, or one that it wraps, is of a secret type: the
// outer text then contains the inner one.
func (d *redactor) secretError(err error, depth int) bool {
	if err == nil || len(d.types) == 0 {
		return false
	}
	if depth > maxDepth || d.secretType(reflect.TypeOf(err)) {
		return true
	}
	switch x := err.(type) {
	case interface{ Unwrap() error }:
		return d.secretError(x.Unwrap(), depth+1)
	case interface{ Unwrap() []error }:
		return slices.ContainsFunc(x.Unwrap(), func(e error) bool { return d.secretError(e, depth+1) })
	}
	return false
}

// loggedError redacts an error that was logged by Exception or Err.
func (d *redactor) loggedError(v slog.Value, info *logbook.ErrorInfo) (slog.Value, bool) {
	e := *info
	var found bool
	if u, ok := v.Any().(interface{ Unwrap() error }); ok && d.secretError(u.Unwrap(), 0) {
		e = logbook.ErrorInfo{Type: info.Type, Message: d.mark, Stack: info.Stack}
		found = true
	}
	redact := func(s *string) {
		text, hit := d.redactText(*s)
		*s, found = text, found || hit
	}
	redact(&e.Message)
	redact(&e.Trace)
	e.Chain = slices.Clone(e.Chain)
	for i := range e.Chain {
		redact(&e.Chain[i].Message)
	}
	if !found {
		return v, false
	}
	for a := range logbook.NewRecord(logbook.RecordData{Error: &e}).Attrs {
		v = a.Value
	}
	return v, true
}

// walk inspects one value.
type walk struct {
	*redactor
	nodes int
}

// node returns a value as strings, numbers, maps and lists, without secrets, and whether
// there were any.
func (w *walk) node(v reflect.Value, depth int) (plain any, found bool) {
	w.nodes++
	if depth > maxDepth || w.nodes > maxNodes {
		return w.mark, true
	}
	if !v.IsValid() {
		return nil, false
	}
	if w.secretType(v.Type()) {
		return w.mark, true
	}
	if (v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface) && v.IsNil() {
		return nil, false
	}
	if !v.CanInterface() {
		return w.content(v, depth)
	}
	plain, found, all := w.methods(v.Interface(), depth)
	if all {
		return plain, found
	}
	content, found := w.content(v, depth)
	if plain == nil || found {
		return content, found
	}
	return plain, false
}

// content is node for the content of a value, without its methods.
func (w *walk) content(v reflect.Value, depth int) (plain any, found bool) {
	switch v.Kind() {
	case reflect.String:
		return w.redactText(v.String())
	case reflect.Pointer:
		if !v.CanInterface() {
			// No format shows the target of an unexported field, and its owner may be
			// changing it: iterating over a map meanwhile would crash the program.
			return nil, false
		}
		return w.node(v.Elem(), depth+1)
	case reflect.Interface:
		return w.node(v.Elem(), depth+1)
	case reflect.Struct:
		return w.fields(v, depth)
	case reflect.Map:
		return w.entries(v, depth)
	case reflect.Slice, reflect.Array:
		return w.elements(v, depth)
	case reflect.Bool:
		return v.Bool(), false
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return v.Int(), false
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return v.Uint(), false
	case reflect.Float32, reflect.Float64:
		return v.Float(), false
	}
	return v.Type().String(), false // functions, channels: their content is not shown
}

// methods inspects the output of a value's methods that formatters use: its JSON, or else
// its text. plain is nil if it has neither. all reports that formatters show nothing else
// of the value.
func (w *walk) methods(x any, depth int) (plain any, found, all bool) {
	switch x := x.(type) {
	case json.Number:
		text, found := w.redactText(x.String())
		if found {
			return text, true, true
		}
		return x, false, true
	case slog.Value:
		return w.slogValue(x, depth)
	case slog.LogValuer:
		return w.slogValue(slog.AnyValue(x), depth)
	case []slog.Attr:
		return w.slogValue(slog.GroupValue(x...), depth)
	case slog.Attr:
		if w.secretKey(x.Key) {
			return map[string]any{x.Key: w.mark}, true, true
		}
		plain, found, _ = w.slogValue(x.Value, depth)
		return map[string]any{x.Key: plain}, found, true
	}
	var texts []string
	if e, ok := x.(error); ok {
		if w.secretError(e, 0) {
			return w.mark, true, true
		}
		texts = append(texts, e.Error())
	}
	if s, ok := x.(fmt.Stringer); ok {
		texts = append(texts, s.String())
	}
	if f, ok := x.(fmt.Formatter); ok {
		texts = append(texts, fmt.Sprintf("%+v", f))
	}
	// JSON comes first, so that the value keeps its shape there.
	hasJSON := false
	switch m := x.(type) {
	case json.Marshaler:
		text, err := m.MarshalJSON()
		if err != nil {
			break
		}
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.UseNumber()
		var decoded any
		if err := decoder.Decode(&decoded); err != nil {
			break
		}
		hasJSON = true
		if plain, found = w.node(reflect.ValueOf(decoded), depth+1); found {
			return plain, true, true
		}
	case encoding.TextMarshaler:
		b, err := m.MarshalText()
		if err != nil {
			break
		}
		hasJSON = true
		if plain, found = w.redactText(string(b)); found {
			return plain, true, true
		}
	}
	for _, t := range texts {
		if text, found := w.redactText(t); found {
			return text, true, true
		}
	}
	hasText := len(texts) > 0
	if hasText && !hasJSON {
		plain = texts[0]
	}
	// A text that replaces the whole value replaces it in JSON, too; inside other values
	// JSON shows the fields.
	return plain, false, hasText && (hasJSON || depth == 0)
}

func (w *walk) slogValue(v slog.Value, depth int) (plain any, found, all bool) {
	v = value.Resolve(v)
	if v.Kind() == slog.KindGroup {
		m := make(map[string]any)
		for _, a := range v.Group() {
			if w.secretKey(a.Key) {
				m[a.Key], found = w.mark, true
				continue
			}
			member, hit, _ := w.slogValue(a.Value, depth+1)
			m[a.Key], found = member, found || hit
		}
		return m, found, true
	}
	plain, found = w.node(reflect.ValueOf(v.Any()), depth+1)
	return plain, found, true
}

// fields returns a struct as a map with the names in JSON. Fields that JSON leaves out
// are inspected, since text shows them, and left out.
func (w *walk) fields(v reflect.Value, depth int) (plain any, found bool) {
	m := make(map[string]any, v.NumField())
	for i := range v.NumField() {
		f := v.Type().Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		hidden := name == "-" || !f.IsExported()
		if name == "" || name == "-" {
			name = f.Name
		}
		var member any = w.mark
		hit := w.secretKey(name) || w.secretKey(f.Name) || tagged(f)
		if !hit {
			member, hit = w.node(v.Field(i), depth+1)
		}
		found = found || hit
		if !hidden {
			m[name] = member
		}
	}
	return m, found
}

func (w *walk) entries(v reflect.Value, depth int) (plain any, found bool) {
	m := make(map[string]any, v.Len())
	for it := v.MapRange(); it.Next(); {
		if w.nodes > maxNodes {
			return w.mark, true
		}
		key := keyText(it.Key())
		name, hit := w.redactText(key)
		if w.secretType(dynamicType(it.Key())) {
			name, hit = w.mark, true
		}
		found = found || hit
		if w.secretKey(key) {
			m[name], found = w.mark, true
			continue
		}
		member, hit := w.node(it.Value(), depth+1)
		m[name], found = member, found || hit
	}
	return m, found
}

// dynamicType returns the type of a value, or that of its content if it is an interface.
func dynamicType(v reflect.Value) reflect.Type {
	if v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	if !v.IsValid() {
		return nil
	}
	return v.Type()
}

// keyText returns the key of a map as text.
func keyText(v reflect.Value) string {
	switch {
	case v.Kind() == reflect.String:
		return v.String()
	case v.CanInterface():
		return fmt.Sprint(v.Interface())
	case v.CanInt():
		return strconv.FormatInt(v.Int(), 10)
	}
	return v.Type().String()
}

func (w *walk) elements(v reflect.Value, depth int) (plain any, found bool) {
	switch elem := v.Type().Elem(); {
	case elem.Kind() == reflect.Uint8 && v.Kind() == reflect.Slice:
		b := v.Bytes()
		if text, found := w.redactText(string(b)); found {
			return text, true
		}
		return bytes.Clone(b), false
	case elem.Kind() <= reflect.Complex128 && !w.secretType(elem):
		if !v.CanInterface() {
			return nil, false // an unexported field, which is left out
		}
		return v.Interface(), false
	}
	list := make([]any, 0, min(v.Len(), maxNodes))
	for i := range v.Len() {
		if w.nodes > maxNodes {
			return w.mark, true
		}
		member, hit := w.node(v.Index(i), depth+1)
		list, found = append(list, member), found || hit
	}
	return list, found
}
