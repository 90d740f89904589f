package logbook_test

import (
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/logbook"
)

func attrsOf(r *logbook.Record) (out []string) {
	for a := range r.Attrs {
		out = append(out, a.String())
	}
	return out
}

func TestArguments(t *testing.T) {
	tests := []struct {
		name string
		args []any
		want []string
	}{
		{"pairs", []any{"a", 1, "b", "x"}, []string{"a=1", "b=x"}},
		{"attributes", []any{slog.Int("a", 1), "b", 2}, []string{"a=1", "b=2"}},
		{"odd", []any{"a", 1, "left"}, []string{"a=1", "!BADKEY=left"}},
		{"no key", []any{1, "a", 2}, []string{"!BADKEY=1", "a=2"}},
		{"nil key", []any{nil, "a", 2}, []string{"!BADKEY=<nil>", "a=2"}},
		{"a group", []any{slog.Group("g", "a", 1)}, []string{"g=[a=1]"}},
		{"nil error", []any{logbook.Err(nil), "a", 1}, []string{"a=1"}},
		{"zero attribute", []any{slog.Attr{}, "a", 1}, []string{"a=1"}},
	}
	h := record(t)
	for _, test := range tests {
		logbook.Info("m", test.args...)
		if got := attrsOf(h.last(t)); !slices.Equal(got, test.want) {
			t.Errorf("%s: call has %q, want %q", test.name, got, test.want)
		}
		logbook.With(test.args...).Info("m")
		if got := attrsOf(h.last(t)); !slices.Equal(got, test.want) {
			t.Errorf("%s: With has %q, want %q", test.name, got, test.want)
		}
		logbook.InGoroutine(func() { logbook.Info("m") }, logbook.Attrs(test.args...))
		if got := attrsOf(h.last(t)); !slices.Equal(got, test.want) {
			t.Errorf("%s: Attrs has %q, want %q", test.name, got, test.want)
		}
	}
}

func TestManyAttributes(t *testing.T) {
	h := record(t)
	for _, n := range []int{0, 1, 16, 17, 300} {
		var attrs []slog.Attr
		for i := range n {
			attrs = append(attrs, slog.Int("k", i))
		}
		logbook.LogAttrs(t.Context(), logbook.LevelInfo, "m", attrs...)
		if got := len(attrsOf(h.last(t))); got != n {
			t.Errorf("%d attributes became %d", n, got)
		}
	}
}

// The three layers are in order, and a lookup finds the newest.
func TestLayersAndLookup(t *testing.T) {
	h := record(t, logbook.Processor(func(r *logbook.Record) {
		r.Set("all", "processor")
		r.SetAttrs(slog.String("extra", "1"), slog.String("extra", "2"))
	}))
	logbook.With("all", "with", "two", "with", "twice", "old", "twice", "new").Info("m", "all", "call", "two", "call")
	r := h.last(t)
	want := []string{"all=with", "two=with", "twice=old", "twice=new", "all=call", "two=call", "all=processor", "extra=1", "extra=2"}
	if got := attrsOf(r); !slices.Equal(got, want) {
		t.Errorf("attributes are %q, want %q", got, want)
	}
	for key, want := range map[string]string{"all": "processor", "two": "call", "twice": "new", "extra": "2", "none": ""} {
		if got := r.Text(key); got != want {
			t.Errorf("Text(%q) = %q, want %q", key, got, want)
		}
		if _, ok := r.Lookup(key); ok != (want != "") {
			t.Errorf("Lookup(%q) finds: %v", key, ok)
		}
	}
}

// Ranging can stop at any attribute.
func TestAttrsStops(t *testing.T) {
	h := record(t, logbook.Attrs("c", 3))
	logbook.With("a", 1).Info("m", "b", 2)
	logbook.With("a", 1).WithGroup("g").Info("m", "b", 2)
	for _, r := range h.records {
		for stop := 1; stop <= 3; stop++ {
			n := 0
			for range r.Attrs {
				if n++; n == stop {
					break
				}
			}
			if n != stop {
				t.Errorf("%d attributes before the break, want %d", n, stop)
			}
		}
	}
}

func TestGroups(t *testing.T) {
	h := record(t, logbook.Attrs("p", 0))
	log := logbook.New("x").With("a", 1).WithGroup("g").With("b", 2).WithGroup("h")
	tests := []struct {
		name string
		log  func()
		want []string
	}{
		{"nested", func() { log.Info("m", "c", 3) }, []string{"a=1", "g=[b=2 h=[c=3]]", "p=0"}},
		{"innermost empty", func() { log.Info("m") }, []string{"a=1", "g=[b=2]", "p=0"}},
		{"all empty", func() { logbook.Default().WithGroup("g").WithGroup("h").Info("m") }, []string{"p=0"}},
		{"no name", func() { logbook.Default().WithGroup("").Info("m", "c", 3) }, []string{"c=3", "p=0"}},
		{"with in the group", func() { log.With("d", 4).Info("m") }, []string{"a=1", "g=[b=2 h=[d=4]]", "p=0"}},
	}
	for _, test := range tests {
		test.log()
		if got := attrsOf(h.last(t)); !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

func TestLookupInGroups(t *testing.T) {
	h := record(t)
	log := logbook.New("x").With("root", 0, slog.Group("pre", "k", "r")).WithGroup("g").With("b", 2).WithGroup("h")
	log.Info("m", "c", 3, slog.Group("in", "k", "v"), "dotted.key", 4)
	r := h.last(t)
	for key, want := range map[string]string{
		"root": "0", "b": "2", "c": "3",
		"g.b": "2", "g.h.c": "3", "g.h.in.k": "v", "in.k": "v", "pre.k": "r", "dotted.key": "4", "g.h.dotted.key": "4",
		"g.c": "", "h.c": "", "g.h.b": "", "g.root": "", "g.h.root": "", "x.b": "", "in.none": "",
	} {
		if got := r.Text(key); got != want {
			t.Errorf("Text(%q) = %q, want %q", key, got, want)
		}
	}
}

// Attributes of a logger do not appear in loggers made from the same parent.
func TestWithDoesNotShareSpace(t *testing.T) {
	h := record(t)
	base := logbook.With("a", 1, "b", 2)
	one, two := base.With("c", 3), base.With("d", 4)
	one.Info("m")
	first := attrsOf(h.last(t))
	two.Info("m")
	if want := []string{"a=1", "b=2", "c=3"}; !slices.Equal(first, want) {
		t.Errorf("got %q, want %q", first, want)
	}
	if got, want := attrsOf(h.last(t)), []string{"a=1", "b=2", "d=4"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if base.With() != base || base.With(logbook.Err(nil)).Channel() != "Generic" {
		t.Error("With without attributes")
	}
}

// Set changes only the processors' attributes: a message keeps the value that it names.
func TestSetChangesOnlyProcessorsAttributes(t *testing.T) {
	h := record(t, logbook.Processor(func(r *logbook.Record) {
		r.Set("path", "/middleware")
		r.Set("path", "/again")
	}))
	logbook.With("path", "/with").Info("served {path}", "path", "/call")
	r := h.last(t)
	if r.Message() != "served /call" || r.Text("path") != "/again" {
		t.Errorf("message %q, path %q", r.Message(), r.Text("path"))
	}
	if got, want := attrsOf(r), []string{"path=/with", "path=/call", "path=/again"}; !slices.Equal(got, want) {
		t.Errorf("attributes are %q, want %q", got, want)
	}
}

// ReplaceAttrs changes every layer, nested groups and the rendered message.
func TestReplaceAttrs(t *testing.T) {
	var paths []string
	redact := logbook.Processor(func(r *logbook.Record) {
		paths = nil
		r.ReplaceAttrs(func(groups []string, a slog.Attr) slog.Attr {
			paths = append(paths, strings.Join(append(slices.Clone(groups), a.Key), "."))
			switch a.Key {
			case "secret":
				return slog.String(a.Key, "***")
			case "gone":
				return slog.Attr{}
			}
			return a
		})
	})
	// Bound first, so it runs after the other processor.
	h := recordAs(t, logbook.JSON(nil), redact, logbook.Attrs("secret", "s4", "gone", 1))
	secret := valuerFunc(func() slog.Value { return slog.GroupValue(slog.String("secret", "s0")) })
	logbook.With("secret", "s1").WithGroup("g").With("secret", "s2", "gone", 1).
		Info("{secret} {v.secret}", "secret", "s3", slog.Group("in", "secret", "s5", "gone", 2), "v", secret)
	r, line := h.last(t), h.line(t)
	if r.Message() != "*** ***" {
		t.Errorf("the message is %q", r.Message())
	}
	for _, leak := range []string{"s0", "s1", "s2", "s3", "s4", "s5", "gone"} {
		if strings.Contains(line, leak) {
			t.Errorf("%s is left in %s", leak, line)
		}
	}
	want := []string{"secret", "g.secret", "g.gone", "g.secret", "g.in.secret", "g.in.gone", "g.v.secret", "secret", "gone"}
	if !slices.Equal(paths, want) {
		t.Errorf("fn was called for %q, want %q", paths, want)
	}
	// The logger itself is unchanged.
	log := logbook.With("secret", "s1")
	log.Info("m")
	logbook.InGoroutine(func() { log.Info("m") }, h)
	if got := decodeJSON(t, h.line(t))["secret"]; got != "***" {
		t.Errorf("secret is %v", got)
	}
	plain := new(recorder)
	var wg = make(chan struct{})
	go func() {
		defer close(wg)
		logbook.InGoroutine(func() { log.Info("m") }, plain)
	}()
	<-wg
	if got := plain.last(t).Text("secret"); got != "s1" {
		t.Errorf("the logger's own attribute became %q", got)
	}
}

// A message that was rendered before ReplaceAttrs is rendered again.
func TestReplaceAttrsAfterMessage(t *testing.T) {
	h := record(t, logbook.Processor(func(r *logbook.Record) {
		_ = r.Message()
		r.ReplaceAttrs(func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == "drop" {
				return slog.Attr{}
			}
			return slog.String(a.Key, "***")
		})
	}))
	logbook.Info("token {token}", "drop", 1, "token", "abc", "shown", "x")
	if got := h.last(t).Message(); got != "token ***" {
		t.Errorf("the message is %q", got)
	}
	// The line still has the attributes that the new message does not show.
	if line := h.line(t); !strings.HasSuffix(line, "token *** shown=***") {
		t.Errorf("the line is %q", line)
	}
}

// ReplaceAttrs keeps a message that a processor set.
func TestReplaceAttrsKeepsASetMessage(t *testing.T) {
	keep := logbook.Processor(func(r *logbook.Record) {
		r.ReplaceAttrs(func(_ []string, a slog.Attr) slog.Attr { return a })
	})
	set := logbook.Processor(func(r *logbook.Record) { r.SetMessage("withheld") })
	h := record(t, keep, set)
	logbook.Info("password {pw}", "pw", "hunter2")
	h.want(t, "withheld")
}

func TestValueKindsSurvive(t *testing.T) {
	h := record(t)
	logbook.Info("m", "int", 5, "any", struct{ A int }{1}, "nil", nil)
	r := h.last(t)
	v, _ := r.Lookup("int")
	if v.Kind() != slog.KindInt64 || v.Int64() != 5 {
		t.Errorf("int is %v", v)
	}
	v, _ = r.Lookup("any")
	if !reflect.DeepEqual(v.Any(), struct{ A int }{1}) {
		t.Errorf("any is %#v", v.Any())
	}
	if v, ok := r.Lookup("nil"); !ok || v.Any() != nil {
		t.Errorf("nil is %v, %v", v, ok)
	}
}

// Logged and Extra are the two parts of Attrs.
func TestLoggedAndExtra(t *testing.T) {
	h := record(t, logbook.Attrs("p", 1))
	logbook.With("w", 1).Info("m", "c", 1)
	r := h.last(t)
	keys := func(attrs func(func(slog.Attr) bool)) (s string) {
		for a := range attrs {
			s += a.Key
		}
		return s
	}
	if logged, extra, all := keys(r.Logged), keys(r.Extra), keys(r.Attrs); logged != "wc" || extra != "p" || all != "wcp" {
		t.Errorf("%s, %s and %s", logged, extra, all)
	}
}
