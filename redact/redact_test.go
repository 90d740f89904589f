package redact_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/redact"
)

// everyForm is a handler that writes records in all formats, each of which must be free
// of secrets.
func everyForm(out *strings.Builder) logbook.Handler {
	full := logbook.MustFormat("{record.message}|{record.msg}{record.attrs}|{record.formatted_exception}")
	forms := []logbook.Formatter{full, logbook.JSON(nil), logbook.Wire(), logbook.Logfmt(nil), logbook.Console(nil)}
	return logbook.NewHandler(func(r *logbook.Record) error {
		for _, f := range forms {
			b, err := f.AppendFormat(nil, r)
			if err != nil {
				return err
			}
			out.Write(append(b, '\n'))
		}
		fmt.Fprintf(out, "%q %v\n", r.Data().Template, r.Err())
		return nil
	}, nil)
}

type (
	card    string
	account struct {
		Name     string
		Password string `json:"pw"`
		Tag      string `json:"x_token"`
		Hidden   string `json:"-"`
		Inner    *account
		Numbers  []int
		secret   string
	}
	marshaler   struct{ text string }
	textual     struct{ text string }
	stringy     struct{ text string }
	nested      struct{ S stringy }
	both        struct{ S string }
	formatter   struct{ text string }
	cyclic      struct{ Next *cyclic }
	panicsInAll struct{ text string }
	valuer      struct{ text string }
	pin         struct{ text string }
	branching   struct {
		A, B, C, D *branching
		Password   string
	}
	marked struct {
		Holder string
		Number string `log:"secret"`
		More   struct {
			Code int `json:"code" log:"secret"`
			Free bool
		}
	}
	lateGroup struct{ password string }
)

func (m marshaler) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]any{"user": "ann", "password": m.text})
}
func (m textual) MarshalText() ([]byte, error) { return []byte(m.text), nil }
func (b both) String() string                  { return "both " + b.S }
func (b both) MarshalJSON() ([]byte, error)    { return json.Marshal(map[string]string{"S": b.S}) }
func (m stringy) String() string               { return "stringy " + m.text }
func (m formatter) Format(s fmt.State, _ rune) { fmt.Fprint(s, m.text) }
func (m panicsInAll) String() string           { panic(m.text) }
func (m *pin) String() string                  { return "pin " + m.text }
func (m *pin) Error() string                   { return "pin " + m.text }
func (m valuer) LogValue() slog.Value          { return slog.StringValue(m.text) }
func (g lateGroup) LogValue() slog.Value {
	return slog.GroupValue(slog.String("user", "ann"), slog.String("password", g.password))
}

const secret = "hunter2" // must not appear anywhere

var fromText = &redact.Options{Text: []*regexp.Regexp{regexp.MustCompile(`h[uU]nter\d`)}}

// No format shows a secret, and other values stay.
func TestRedaction(t *testing.T) {
	for name, c := range map[string]struct {
		o    *redact.Options
		log  func()
		want []string // texts that must appear
	}{
		"a key": {nil, func() { log.Info("m", "password", secret, "user", "ann") }, []string{`"password":"***"`, "user=ann", "password=***"}},
		"a key in the message": {nil, func() { log.Info("login {user} {password}", "password", secret, "user", "ann") },
			[]string{"login ann ***|login {user} {password}|"}},
		"a number":      {nil, func() { log.Info("m", "token", 7_777_777) }, []string{"token=***"}},
		"With":          {nil, func() { log.With("api_key", secret).Info("m") }, []string{"api_key=***"}},
		"open groups":   {nil, func() { log.WithGroup("g").With("a", 1).Info("m", "Authorization", secret) }, []string{"g.a=1", "g.Authorization=***"}},
		"an open group": {nil, func() { log.WithGroup("cookie").Info("m", "session", secret) }, []string{"cookie.session=***"}},
		"a processor's": {nil, func() {
			logbook.InGoroutine(func() { log.Info("m") }, logbook.Attrs("secret", secret))
		}, []string{"secret=***"}},
		"a group":           {nil, func() { log.Info("m", slog.Group("g", "a", 1, slog.Group("h", "passwd", secret))) }, []string{"g.a=1", "g.h.passwd=***"}},
		"a group's own key": {nil, func() { log.Info("m", slog.Group("credentials", "a", secret)) }, []string{"credentials.a=***"}},
		"a map": {nil, func() { log.Info("m", "h", http.Header{"Authorization": {secret}, "Accept": {"text/plain"}}) },
			[]string{`{"Accept":["text/plain"],"Authorization":"***"}`}},
		"a struct": {nil, func() {
			log.Info("m", "a", account{Name: "ann", Password: secret, Tag: secret, Inner: &account{Name: "bob", Password: secret}, Numbers: []int{1, 2}})
		}, []string{`"Name":"ann"`, `"pw":"***"`, `"x_token":"***"`, `"Name":"bob"`, `"Numbers":[1,2]`}},
		"hidden fields": {fromText, func() { log.Info("m", "a", account{Name: "ann", Hidden: secret, secret: secret}) }, []string{`"Name":"ann"`}},
		"a hidden key":  {nil, func() { log.Info("m", "a", struct{ secret []byte }{[]byte(secret)}) }, []string{`"a":{}`}},
		"behind a hidden pointer": {fromText, func() {
			log.Info("m", "a", struct{ inner *account }{&account{Name: "ann", Password: secret}}, "b", &struct{ any any }{&stringy{secret}})
		}, []string{`"a":{}`, `"b":{}`}},
		"a list of structs": {nil, func() { log.Info("m", "a", []any{1, &account{Name: "ann", Password: secret}}) }, []string{`"Name":"ann"`}},
		"an own JSON form":  {nil, func() { log.Info("m", "a", marshaler{secret}) }, []string{`{"password":"***","user":"ann"}`}},
		"raw JSON":          {nil, func() { log.Info("m", "a", json.RawMessage(`{"n":1.50,"token":"`+secret+`"}`)) }, []string{`"n":1.50`}},
		"slog's values inside of others": {fromText, func() {
			log.Info("m", "a", []any{
				slog.String("token", secret), slog.Int("n", 5), slog.StringValue(secret),
				slog.GroupValue(slog.String("user", "ann"), slog.String("password", secret)), slog.AnyValue(valuer{secret}),
			})
		}, []string{`"a":[{"token":"***"},{"n":5},"***",{"password":"***","user":"ann"},"***"]`}},
		"maps with other keys": {fromText, func() {
			log.Info("m", "a", map[int]string{1: secret, 2: "b"}, "b", map[stringy]string{{"x"}: secret}, "c", struct{ m map[int]string }{map[int]string{1: secret}})
		}, []string{`"a":{"1":"***","2":"b"}`, `"b":{"stringy x":"***"}`, `"c":{}`}},
		"other kinds beside": {nil, func() {
			log.Info("m", "a", map[string]any{"t": true, "u": uint8(5), "f": 1.5, "e": error(nil), "p": (*account)(nil), "c": make(chan int), "password": secret, "x": textual{"x"}})
		}, []string{`"c":"chan int"`, `"f":1.5`, `"t":true`, `"u":5`, `"p":null`, `"x":"x"`}},
		"a LogValuer": {nil, func() { log.Info("m {token}", "token", valuer{secret}) }, []string{"m ***"}},
		"a type": {&redact.Options{Types: []reflect.Type{reflect.TypeFor[card](), reflect.TypeFor[time.Duration]()}}, func() {
			c := card(secret)
			log.Info("m {c}", "c", c, "p", &c, "m", map[string]card{"k": c}, "d", 77*time.Second, "n", 5)
		}, []string{"m ***", "n=5", "d=***", `"m":{"k":"***"}`}},
		"a type of error": {&redact.Options{Types: []reflect.Type{reflect.TypeFor[*testError]()}}, func() {
			log.Exception(&testError{secret}, "m")
		}, []string{"*redact_test.testError: ***"}},
		"a pointer to a type that has methods": {&redact.Options{Types: []reflect.Type{reflect.TypeFor[pin]()}}, func() {
			log.Info("m {p}", "p", &pin{secret}, "list", []any{1, &pin{secret}})
		}, []string{"m ***", `"p":"***"`, `"list":[1,"***"]`}},
		"an error of a type inside of others": {&redact.Options{Types: []reflect.Type{reflect.TypeFor[pin]()}}, func() {
			err := errors.Join(errRefused, fmt.Errorf("login: %w", &pin{secret}))
			log.Info("m {err}", "err", err, "list", []error{err}, "fine", errRefused)
			log.Exception(err, "n")
		}, []string{"m ***", `"list":["***"]`, "fine=refused", "*errors.joinError: ***"}},
		"a plain type": {&redact.Options{Types: []reflect.Type{reflect.TypeFor[string]()}}, func() {
			log.Info("m {s}", "s", secret, "list", []string{secret}, "n", 5)
		}, []string{"m ***", "s=***", "n=5"}},
		"keys of a type": {&redact.Options{Types: []reflect.Type{reflect.TypeFor[card]()}}, func() {
			log.Info("m", "a", map[card]int{secret: 1}, "b", map[any]int{card(secret): 2, "c": 3, nil: 4})
		}, []string{`"a":{"***":1}`, `"***":2`, `"c":3`}},

		"text of a message":         {fromText, func() { log.Info("is " + secret + " or hUnter3") }, []string{"is *** or ***|is *** or ***|"}},
		"text of a literal message": {fromText, func() { logSlog("is {" + secret + "}") }, []string{"is {***}|is {***}|"}},
		"text of a template":        {fromText, func() { log.Info("is "+secret+" {n}", "n", 1) }, []string{"is *** 1"}},
		"a field with a tag": {nil, func() {
			m := marked{Holder: "ann", Number: secret}
			m.More.Code = 7777777
			log.Info("m {card}", "card", m, "list", []any{&m}, "map", map[string]marked{"k": m})
		}, []string{`"card":{"Holder":"ann","More":{"Free":false,"code":"***"},"Number":"***"}`, `"list":[{"Holder":"ann"`, `"map":{"k":{"Holder":"ann"`}},
		"a LogValuer in a value": {nil, func() {
			log.Info("m", "list", []lateGroup{{secret}}, "attrs", []any{[]slog.Attr{slog.String("token", secret), slog.Int("n", 1)}})
		}, []string{`"list":[{"password":"***","user":"ann"}]`, `"attrs":[{"n":1,"token":"***"}]`}},
		"text of Infof":       {fromText, func() { log.Infof("is %s", secret) }, []string{"is ***"}},
		"text of an argument": {fromText, func() { log.Info("is {x}", "x", "a"+secret+"b") }, []string{"is a***b", `"x":"a***b"`}},
		"text in values": {fromText, func() {
			log.Info("m", "list", []string{"a", secret}, "map", map[string]any{secret: 1}, "bytes", []byte(secret), "json", json.RawMessage(`["`+secret+`"]`))
		}, []string{`"list":["a","***"]`, `"map":{"***":1}`, `"bytes":"***"`, `"json":["***"]`}},
		"text of a value with a form in JSON": {fromText, func() {
			log.Info("m", "v", both{secret})
		}, []string{`"v":{"S":"***"}`}},
		"text of values": {fromText, func() {
			log.Info("m", "a", stringy{secret}, "b", textual{secret}, "c", formatter{secret}, "d", nested{stringy{secret}}, "e", &nested{stringy{secret}})
		}, []string{"stringy ***"}},
		"text of an error": {fromText, func() { log.Info("m", "err", errors.New("no "+secret)) }, []string{"no ***"}},
		"text of a logged error": {fromText, func() {
			log.Exception(fmt.Errorf("open: %w", &fs.PathError{Op: "open", Path: secret, Err: fs.ErrNotExist}), "m")
		}, []string{"open: open ***: file does not exist", "*fs.PathError", "in github.com/logbook-go/logbook/redact_test."}},
		"traceback of an error from elsewhere": {fromText, func() {
			logbook.Dispatch(context.Background(), logbook.NewRecord(logbook.RecordData{
				Message: "m", Error: &logbook.ErrorInfo{Type: "E", Message: "e", Trace: "Traceback:\n  login(" + secret + ")\nE: e"},
			}))
		}, []string{"login(***)"}},

		"what panics":            {fromText, func() { log.Info("m", "a", panicsInAll{secret}, "b", 1) }, []string{"a=***", "b=1"}},
		"what has no end":        {nil, func() { c := &cyclic{}; c.Next = c; log.Info("m", "a", []any{c}, "b", 1) }, []string{"b=1", "***"}},
		"what is too deep":       {nil, func() { log.Info("m", "a", secretIn(30), "b", 1) }, []string{"b=1", "***"}},
		"what branches too much": {nil, func() { log.Info("m", "a", branches(7), "b", 1) }, []string{"b=1", "***"}},
		"what is too large":      {nil, func() { log.Info("m", "a", slices.Repeat([]any{secret}, 10_000), "b", 1) }, []string{"a=***", "b=1"}},
	} {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			bound(t, func() { logbook.InGoroutine(c.log, everyForm(&out)) }, redact.New(c.o))
			got := out.String()
			if strings.Contains(got, secret) || strings.Contains(got, "7777777") || strings.Contains(got, "1m17s") || strings.Contains(got, "aHVudGVyM") {
				t.Errorf("a secret shows in\n%s", got)
			}
			for _, want := range c.want {
				if !strings.Contains(got, want) {
					t.Errorf("there is no %s in\n%s", want, got)
				}
			}
		})
	}
}

// Values fixed by With are redacted like those of a call.
func TestRedactionOfFixedValues(t *testing.T) {
	const secret = "hunter2"
	type mixed struct {
		Name   string
		Pass   card
		Other  any
		Shown  string `json:"pw"`
		hidden *string
	}
	type renamed struct {
		Name     string
		Password string `json:"pw"`
		hidden   *string
	}
	type tagged struct {
		Name   string
		Number string `log:"secret"`
		hidden *string
	}
	hidden := secret
	byType := &redact.Options{Types: []reflect.Type{reflect.TypeFor[card](), reflect.TypeFor[pin]()}}
	tests := map[string]struct {
		o     *redact.Options
		value any
		want  string
	}{
		"a map":                    {nil, map[string]any{"password": secret, "n": 1}, `"v":{"n":1,"password":"***"}`},
		"a pointer":                {nil, &struct{ Password, Name string }{secret, "ann"}, `"v":{"Name":"ann","Password":"***"}`},
		"a hidden field":           {nil, &account{Name: "ann", secret: secret, Hidden: secret}, ""},
		"a name that JSON changes": {nil, &renamed{"ann", secret, nil}, `"v":"***"`},
		"a request":                {nil, newRequest(t, secret), ""},
		"a field with a tag":       {nil, &tagged{"ann", secret, nil}, `"v":"***"`},
		"a type":                   {byType, map[string]card{"k": secret}, `"v":{"k":"***"}`},
		"a type beside a pointer":  {byType, &mixed{Pass: secret, hidden: &hidden}, `"v":"***"`},
		"a type in an interface":   {byType, &mixed{Other: &pin{secret}, hidden: &hidden}, `"v":"***"`},
		"an error of a type":       {byType, fmt.Errorf("login: %w", &pin{secret}), `"v":"***"`},
		"text":                     {&redact.Options{Text: []*regexp.Regexp{regexp.MustCompile(secret)}}, &stringy{secret}, `"v":"stringy ***"`},
	}
	for name, c := range tests {
		var out strings.Builder
		bound(t, func() {
			logbook.InGoroutine(func() { log.With("v", c.value).Info("m {v}") }, everyForm(&out))
		}, redact.New(c.o))
		if got := out.String(); strings.Contains(got, secret) || !strings.Contains(got, c.want) {
			t.Errorf("%s: no %s, or the secret, in\n%s", name, c.want, got)
		}
	}
}

func newRequest(t *testing.T, authorization string) *http.Request {
	t.Helper()
	req, err := http.NewRequest("POST", "http://localhost/", strings.NewReader("x"))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", authorization)
	return req
}

// branches returns a value with 4 to the power of depth leaves, all the same one.
func branches(depth int) *branching {
	if depth == 0 {
		return nil
	}
	b := branches(depth - 1)
	return &branching{b, b, b, b, secret}
}

// secretIn returns nested maps with a secret.
func secretIn(depth int) any {
	if depth == 0 {
		return secret
	}
	return map[string]any{"m": secretIn(depth - 1)}
}

func logSlog(message string) {
	log.LogSlog(nil, slog.NewRecord(time.Now(), slog.LevelInfo, message, 0)) //nolint:staticcheck // there is no context
}

// A value without secrets stays the identical value.
func TestRedactionLeavesTheRest(t *testing.T) {
	values := []any{
		struct{ inner *account }{&account{Password: secret}}, struct{ any any }{&account{Password: secret}},
		nil, 1, "text", time.Second, time.Now(), []byte("b"), errors.New("e"), map[string]int{"a": 1}, (*account)(nil),
		struct{ A any }{}, make(chan int), func() {}, [3]int{}, &http.Header{"Accept": nil}, reflect.TypeFor[int](),
		make([]float64, 100_000), stringy{"x"}, marshalerWithoutSecret{}, time.UTC,
	}
	o := &redact.Options{Text: fromText.Text, Types: []reflect.Type{reflect.TypeFor[card]()}}
	for i, v := range values {
		h := logbook.NewHandler(func(r *logbook.Record) error {
			if got, _ := r.Lookup("v"); fmt.Sprintf("%T %v", got.Any(), got.Any()) != fmt.Sprintf("%T %v", slog.AnyValue(v).Any(), slog.AnyValue(v).Any()) {
				t.Errorf("value %d, a %T, is now a %T: %v", i, v, got.Any(), got)
			}
			return nil
		}, nil)
		bound(t, func() { log.Info("m", "v", v) }, redact.New(o), h)
	}
	h := logbook.NewHandler(func(r *logbook.Record) error {
		if !errors.Is(r.Err(), errRefused) || r.ErrorInfo().Stack == nil {
			t.Errorf("the error is now %v", r.Err())
		}
		return nil
	}, nil)
	bound(t, func() { log.Exception(errRefused, "m") }, redact.New(o), h)
}

type marshalerWithoutSecret struct{ Password string }

func (marshalerWithoutSecret) MarshalJSON() ([]byte, error) { return []byte(`{"user":"ann"}`), nil }
func (marshalerWithoutSecret) String() string               { return "ann" }

func TestRedactKeys(t *testing.T) {
	for _, c := range []struct {
		patterns []string
		match    []string
		other    []string
	}{
		{nil, []string{
			"password", "Password", "db.password", "DB_PASSWORD", "userPassword", "passwd", "client-secret", "accessToken", "access_token",
			"X-Api-Key", "apikey", "Authorization", "Proxy-Authorization", "cookie", "Set-Cookie", "private_key", "credentials", "aws_secret_access_key",
		}, []string{"user", "tokens", "max_tokens", "passwords_changed", "key", "path", "", "secretary", "cookies", "…"}},
		{[]string{}, nil, []string{"password"}},
		{[]string{"user*"}, []string{"user", "User-Name"}, []string{"superuser"}},
		{[]string{"a*b*c", "über*"}, []string{"abc", "a_x_b_y_c", "ÜBER_all"}, []string{"acb", "ab", "ac", "ubera"}},
		{[]string{"ab*ba"}, []string{"abba", "ab12ba"}, []string{"aba"}},
		{[]string{"*"}, []string{"anything", ""}, nil},
	} {
		process := redact.New(&redact.Options{Keys: c.patterns, Replace: "gone"})
		check := func(key string, want bool) {
			r := logbook.NewRecord(logbook.RecordData{Message: "m", Attrs: []slog.Attr{slog.Int(key, 1)}})
			process(r)
			if got := r.Text(key) == "gone"; got != want {
				t.Errorf("%q: %q redacted: %v", c.patterns, key, got)
			}
		}
		for _, key := range c.match {
			check(key, true)
		}
		for _, key := range c.other {
			check(key, false)
		}
	}
}

// After an unexpected failure all data of the record is replaced.
func TestRedactionFailsClosed(t *testing.T) {
	broken := redact.New(&redact.Options{Text: []*regexp.Regexp{nil}})
	var out strings.Builder
	bound(t, func() { logbook.InGoroutine(func() { log.Info("is "+secret, "a", secret) }, everyForm(&out)) }, broken)
	if got := out.String(); strings.Contains(got, secret) || !strings.Contains(got, `"a":"***"`) {
		t.Errorf("got %s", got)
	}
}

// The error for a template that cannot be rendered is redacted, too.
func TestRedactionOfTemplateErrors(t *testing.T) {
	const secret = "hunter2"
	process := redact.New(&redact.Options{Text: []*regexp.Regexp{regexp.MustCompile(secret)}})
	asks := logbook.Processor(func(r *logbook.Record) { _ = r.Message() })
	token := slog.Int("token", 7_777_777)
	for name, c := range map[string]struct {
		items    []logbook.Bindable // newest last
		template string
		attr     slog.Attr
		reported int
	}{
		"the template":    {[]logbook.Bindable{process}, "is hunter2 {missing}", slog.Int("n", 1), 1},
		"a value":         {[]logbook.Bindable{process}, "is {token:>5s}", token, 0},
		"rendered before": {[]logbook.Bindable{process, asks}, "is {token:>5s}", token, 0},
		"replaced in between": {[]logbook.Bindable{process, logbook.Processor(func(r *logbook.Record) { _ = r.Message(); r.SetMessage("x") })},
			"is {token:>5s}", token, 1},
	} {
		t.Run(name, func(t *testing.T) {
			var reported []string
			flags := logbook.Flags{Errors: func(e *logbook.HandlerError) { reported = append(reported, e.Error()+e.Message) }}
			items := append([]logbook.Bindable{logbook.NewHandler(func(r *logbook.Record) error { _ = r.Message(); return nil }, nil), flags}, c.items...)
			logbook.InGoroutine(func() {
				logbook.Dispatch(nil, logbook.NewRecord(logbook.RecordData{Template: c.template, Attrs: []slog.Attr{c.attr}}))
			}, items...)
			if len(reported) != c.reported {
				t.Errorf("reported %q", reported)
			}
			if all := strings.Join(reported, ""); strings.Contains(all, secret) || strings.Contains(all, "7777777") {
				t.Errorf("reported %s", all)
			}
		})
	}
}
