package loggers

import (
	"errors"
	"io"
	"log/slog"
	"strconv"
	"time"

	phuslu "github.com/phuslu/log"
	"github.com/rs/zerolog"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/logbook-go/logbook/compat"
	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

// account is a struct as programs log it. The methods are the forms in which the
// documentation of zap, zerolog and phuslu/log wants it; ours and slog take it as it is.
type account struct {
	Name      string    `json:"name"`
	Email     string    `json:"email"`
	CreatedAt time.Time `json:"created_at"`
}

func (a *account) MarshalLogObject(e zapcore.ObjectEncoder) error {
	e.AddString("name", a.Name)
	e.AddString("email", a.Email)
	e.AddTime("created_at", a.CreatedAt)
	return nil
}

func (a *account) MarshalZerologObject(e *zerolog.Event) {
	e.Str("name", a.Name).Str("email", a.Email).Time("created_at", a.CreatedAt)
}

func (a *account) MarshalObject(e *phuslu.Entry) {
	e.Str("name", a.Name).Str("email", a.Email).Time("created_at", a.CreatedAt)
}

type accounts []*account

func (as accounts) MarshalLogArray(e zapcore.ArrayEncoder) error {
	for _, a := range as {
		if err := e.AppendObject(a); err != nil {
			return err
		}
	}
	return nil
}

func (as accounts) MarshalZerologArray(e *zerolog.Array) {
	for _, a := range as {
		e.Object(a)
	}
}

// wide is a struct of twenty fields, which no logger knows the fields of.
type wide struct {
	ID, Size, Count, Depth, Width         int
	Name, Path, Host, Zone, Owner         string
	Ratio, Load, Score, Share, Rate       float64
	Cached, Closed, Valid, Hidden, Linked bool
}

// The values of these rows. Those of the first ten are what zap's benchmark logs.
var (
	anInt      = 42
	ints       = []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 0}
	aString    = "done"
	strs       = []string{"a", "bb", "ccc", "dddd", "eeeee", "ffffff", "ggggggg", "hhhhhhhh", "iiiiiiiii", "jjjjjjjjjj"}
	times      = make([]time.Time, 10)
	anAccount  = &account{Name: "Jane Doe", Email: "jane@test.com", CreatedAt: time.Date(1980, 1, 1, 12, 0, 0, 0, time.UTC)}
	someOfThem = make(accounts, 10)
	errFailed  = errors.New("fail")

	raw     = []byte("\x00\x01 raw bytes of a packet \xfe\xff")
	labels  = map[string]any{"app": "shop", "zone": "eu-1", "replica": 3, "canary": false, "weight": 0.25}
	failure = []error{errFailed, errIO, errFailed}
	row     = &wide{ID: 7, Size: 73114, Name: "items", Path: path, Host: "db-1", Zone: "eu-1", Owner: user, Ratio: ratio, Load: 1.5, Cached: true, Valid: true}
	nested  = nest(3)
)

func init() {
	for i := range times {
		times[i] = base.Add(time.Duration(i) * time.Second)
		someOfThem[i] = anAccount
	}
}

// nest returns maps in maps, depth deep: some 10 KB of JSON for 3.
func nest(depth int) map[string]any {
	m := map[string]any{"name": user, "path": path, "size": size, "ratio": ratio}
	for i := range 5 {
		if depth > 0 {
			m["child"+strconv.Itoa(i)] = nest(depth - 1)
		}
	}
	return m
}

var valueFields = []string{"int", "ints", "string", "strings", "at", "times", "user1", "user2", "users", "error"}

func valueAttrs() []slog.Attr {
	return []slog.Attr{
		slog.Int("int", anInt), slog.Any("ints", ints), slog.String("string", aString), slog.Any("strings", strs),
		slog.Time("at", times[0]), slog.Any("times", times), slog.Any("user1", anAccount), slog.Any("user2", anAccount),
		slog.Any("users", someOfThem), slog.Any("error", errFailed),
	}
}

func logValues(n int) {
	for range n {
		ours.LogAttrs(ctx, logbook.LevelInfo, message,
			slog.Int("int", anInt), slog.Any("ints", ints), slog.String("string", aString), slog.Any("strings", strs),
			slog.Time("at", times[0]), slog.Any("times", times), slog.Any("user1", anAccount), slog.Any("user2", anAccount),
			slog.Any("users", someOfThem), slog.Any("error", errFailed))
	}
}

func slogValues(l *slog.Logger) func(n int) {
	return func(n int) {
		for range n {
			l.LogAttrs(ctx, slog.LevelInfo, message,
				slog.Int("int", anInt), slog.Any("ints", ints), slog.String("string", aString), slog.Any("strings", strs),
				slog.Time("at", times[0]), slog.Any("times", times), slog.Any("user1", anAccount), slog.Any("user2", anAccount),
				slog.Any("users", someOfThem), slog.Any("error", errFailed))
		}
	}
}

func logValuePairs(n int) {
	for range n {
		ours.Info(message, "int", anInt, "ints", ints, "string", aString, "strings", strs, "at", times[0], "times", times,
			"user1", anAccount, "user2", anAccount, "users", someOfThem, "error", errFailed)
	}
}

func slogValuePairs(w io.Writer) func(n int) {
	l := newSlog(w)
	return func(n int) {
		for range n {
			l.Info(message, "int", anInt, "ints", ints, "string", aString, "strings", strs, "at", times[0], "times", times,
				"user1", anAccount, "user2", anAccount, "users", someOfThem, "error", errFailed)
		}
	}
}

func zapValuePairs(w io.Writer) func(n int) {
	l := newZap(w).Sugar()
	return func(n int) {
		for range n {
			l.Infow(message, "int", anInt, "ints", ints, "string", aString, "strings", strs, "at", times[0], "times", times,
				"user1", anAccount, "user2", anAccount, "users", someOfThem, "error", errFailed)
		}
	}
}

func zapValueFields() []zap.Field {
	return []zap.Field{
		zap.Int("int", anInt), zap.Ints("ints", ints), zap.String("string", aString), zap.Strings("strings", strs),
		zap.Time("at", times[0]), zap.Times("times", times), zap.Object("user1", anAccount), zap.Object("user2", anAccount),
		zap.Array("users", someOfThem), zap.Error(errFailed),
	}
}

func zapValues(w io.Writer) func(n int) {
	l := newZap(w)
	return func(n int) {
		for range n {
			l.Info(message, zapValueFields()...)
		}
	}
}

func zerologValues(w io.Writer) func(n int) {
	l := newZerolog(w)
	return func(n int) {
		for range n {
			l.Info().Int("int", anInt).Ints("ints", ints).Str("string", aString).Strs("strings", strs).
				Time("at", times[0]).Times("times", times).Object("user1", anAccount).Object("user2", anAccount).
				Array("users", someOfThem).Err(errFailed).Msg(message)
		}
	}
}

func phusluValues(w io.Writer) func(n int) {
	l := newPhuslu(w)
	return func(n int) {
		for range n {
			phusluValueFields(l.Info()).Msg(message)
		}
	}
}

func phusluValueFields(e *phuslu.Entry) *phuslu.Entry {
	return e.Int("int", anInt).Ints("ints", ints).Str("string", aString).Strs("strings", strs).
		Time("at", times[0]).Times("times", times).Object("user1", anAccount).Object("user2", anAccount).
		Objects("users", []*account(someOfThem)).AnErr("error", errFailed)
}

func logWithValues(n int) { logPlain(ours.WithAttrs(valueAttrs()...), message)(n) }

func slogWithValues(w io.Writer) func(n int) {
	return slogPlain(slog.New(newSlog(w).Handler().WithAttrs(valueAttrs())), message)
}

func zapWithValues(w io.Writer) func(n int) {
	return zapPlain(newZap(w).With(zapValueFields()...), message)
}

func zerologWithValues(w io.Writer) func(n int) {
	return zerologPlain(newZerolog(w).With().Int("int", anInt).Ints("ints", ints).Str("string", aString).Strs("strings", strs).
		Time("at", times[0]).Times("times", times).Object("user1", anAccount).Object("user2", anAccount).
		Array("users", someOfThem).Err(errFailed).Logger(), message)
}

func phusluWithValues(w io.Writer) func(n int) {
	l := newPhuslu(w)
	l.Context = phusluValueFields(phuslu.NewContext(nil)).Value()
	return phusluPlain(l, message)
}

// valueForms are the forms in which loggers take one value; a nil one has none.
type valueForms struct {
	ID, Title string
	Ours      func() slog.Attr
	Zap       func() zap.Field
	Zerolog   func(e *zerolog.Event) *zerolog.Event
	Phuslu    func(e *phuslu.Entry) *phuslu.Entry
	NotSlog   bool // it leaves something out
}

var eachValue = []valueForms{
	{
		ID: "ints", Title: "ten integers", Ours: func() slog.Attr { return slog.Any("ints", ints) },
		Zap:     func() zap.Field { return zap.Ints("ints", ints) },
		Zerolog: func(e *zerolog.Event) *zerolog.Event { return e.Ints("ints", ints) },
		Phuslu:  func(e *phuslu.Entry) *phuslu.Entry { return e.Ints("ints", ints) },
	},
	{
		ID: "strings", Title: "ten strings", Ours: func() slog.Attr { return slog.Any("strings", strs) },
		Zap:     func() zap.Field { return zap.Strings("strings", strs) },
		Zerolog: func(e *zerolog.Event) *zerolog.Event { return e.Strs("strings", strs) },
		Phuslu:  func(e *phuslu.Entry) *phuslu.Entry { return e.Strs("strings", strs) },
	},
	{
		ID: "times", Title: "ten times", Ours: func() slog.Attr { return slog.Any("times", times) },
		Zap:     func() zap.Field { return zap.Times("times", times) },
		Zerolog: func(e *zerolog.Event) *zerolog.Event { return e.Times("times", times) },
		Phuslu:  func(e *phuslu.Entry) *phuslu.Entry { return e.Times("times", times) },
	},
	{
		ID: "user1", Title: "a struct", Ours: func() slog.Attr { return slog.Any("user1", anAccount) },
		Zap:     func() zap.Field { return zap.Object("user1", anAccount) },
		Zerolog: func(e *zerolog.Event) *zerolog.Event { return e.Object("user1", anAccount) },
		Phuslu:  func(e *phuslu.Entry) *phuslu.Entry { return e.Object("user1", anAccount) },
	},
	{
		ID: "users", Title: "ten structs", Ours: func() slog.Attr { return slog.Any("users", someOfThem) },
		Zap:     func() zap.Field { return zap.Array("users", someOfThem) },
		Zerolog: func(e *zerolog.Event) *zerolog.Event { return e.Array("users", someOfThem) },
		Phuslu:  func(e *phuslu.Entry) *phuslu.Entry { return e.Objects("users", []*account(someOfThem)) },
	},
	{
		ID: "labels", Title: "a map of five", Ours: func() slog.Attr { return slog.Any("labels", labels) },
		Zap:     func() zap.Field { return zap.Any("labels", labels) },
		Zerolog: func(e *zerolog.Event) *zerolog.Event { return e.Any("labels", labels) },
		Phuslu:  func(e *phuslu.Entry) *phuslu.Entry { return e.Any("labels", labels) },
	},
	{
		ID: "raw", Title: "bytes", Ours: func() slog.Attr { return slog.Any("raw", raw) },
		Zap:     func() zap.Field { return zap.Binary("raw", raw) },
		Zerolog: func(e *zerolog.Event) *zerolog.Event { return e.Any("raw", raw) },
		Phuslu:  func(e *phuslu.Entry) *phuslu.Entry { return e.Interface("raw", raw) },
	},
	{
		ID: "errors", Title: "three errors", Ours: func() slog.Attr { return slog.Any("errors", failure) },
		Zap:     func() zap.Field { return zap.Errors("errors", failure) },
		Zerolog: func(e *zerolog.Event) *zerolog.Event { return e.Errs("errors", failure) },
		Phuslu:  func(e *phuslu.Entry) *phuslu.Entry { return e.Errs("errors", failure) },
		NotSlog: true,
	},
	{
		ID: "row", Title: "a struct of 20 fields", Ours: func() slog.Attr { return slog.Any("row", row) },
		Zap:     func() zap.Field { return zap.Any("row", row) },
		Zerolog: func(e *zerolog.Event) *zerolog.Event { return e.Any("row", row) },
		Phuslu:  func(e *phuslu.Entry) *phuslu.Entry { return e.Any("row", row) },
	},
	{
		ID: "nested", Title: "maps in maps, 10 KB", Ours: func() slog.Attr { return slog.Any("nested", nested) },
		Zap:     func() zap.Field { return zap.Any("nested", nested) },
		Zerolog: func(e *zerolog.Event) *zerolog.Event { return e.Any("nested", nested) },
		Phuslu:  func(e *phuslu.Entry) *phuslu.Entry { return e.Any("nested", nested) },
	},
}

// cases are how the loggers log the one value.
func (v valueForms) cases() []Case {
	cases := []Case{
		onJSON(func(n int) {
			for range n {
				ours.LogAttrs(ctx, logbook.LevelInfo, message, v.Ours())
			}
		}),
		peer("zerolog", func(w io.Writer) func(n int) {
			l := newZerolog(w)
			return func(n int) {
				for range n {
					v.Zerolog(l.Info()).Msg(message)
				}
			}
		}),
		peer("zap", func(w io.Writer) func(n int) {
			l := newZap(w)
			return func(n int) {
				for range n {
					l.Info(message, v.Zap())
				}
			}
		}),
		peer("phuslu", func(w io.Writer) func(n int) {
			l := newPhuslu(w)
			return func(n int) {
				for range n {
					v.Phuslu(l.Info()).Msg(message)
				}
			}
		}),
	}
	if !v.NotSlog {
		cases = append(cases, peer("slog", func(w io.Writer) func(n int) {
			l := newSlog(w)
			return func(n int) {
				for range n {
					l.LogAttrs(ctx, slog.LevelInfo, message, v.Ours())
				}
			}
		}))
	}
	return cases
}

// valuesOf are the cases of the ten values, with each way to log changed by how.
func valuesOf(how func(log func(n int)) func(n int)) []Case {
	changed := func(start func(w io.Writer) func(n int)) func(w io.Writer) func(n int) {
		return func(w io.Writer) func(n int) { return how(start(w)) }
	}
	return []Case{
		onJSON(how(logValues)), peer("zerolog", changed(zerologValues)), peer("zap", changed(zapValues)),
		peer("phuslu", changed(phusluValues)), peer("slog", changed(func(w io.Writer) func(n int) { return slogValues(newSlog(w)) })),
	}
}

// heldValues holds the ten values for a trigger that never comes.
func heldValues(w io.Writer) (log func(n int), trigger, stop func()) {
	h := handlers.NewFingersCrossed(jsonStream(w), &handlers.FingersCrossedOptions{MaxRecords: heldRecords})
	undo := logbook.PushApplication(h)
	return logValues, func() { ours.Error(failed) }, undo
}

func zerologHeldValues(w io.Writer) (log func(n int), trigger, stop func()) {
	return zerologHolding(w, heldRecords, func(l *zerolog.Logger) {
		l.Info().Int("int", anInt).Ints("ints", ints).Str("string", aString).Strs("strings", strs).
			Time("at", times[0]).Times("times", times).Object("user1", anAccount).Object("user2", anAccount).
			Array("users", someOfThem).Err(errFailed).Msg(message)
	})
}

// valueRows are the rows of values that are no scalars.
func valueRows() []Row {
	rows := []Row{
		{
			Goals: one("values-ten", "ten values: slices, structs, an error", 1), Output: JSON, Fields: valueFields,
			Cases: valuesOf(func(log func(int)) func(int) { return log }),
		},
		{
			Goals: one("values-ten-parallel", "the same, all cores", 1), Output: JSON, Fields: valueFields,
			Cases: valuesOf(onAllCores),
		},
		{
			Goals: one("values-ten-with", "the same by With", 1), Output: JSON, Fields: valueFields,
			Cases: []Case{onJSON(logWithValues), peer("zerolog", zerologWithValues), peer("zap", zapWithValues),
				peer("phuslu", phusluWithValues), peer("slog", slogWithValues)},
		},
		{
			Goals: one("values-ten-pairs", "the same as key-value pairs", 1), Output: JSON, Fields: valueFields,
			Cases: []Case{onJSON(logValuePairs), peer("zap", zapValuePairs), peer("slog", slogValuePairs)},
		},
		{
			Goals: one("values-ten-slog", "the same through slog", 1), Output: JSON, Fields: valueFields,
			Cases: []Case{onJSON(func(n int) { slogValues(slog.New(compat.NewSlogHandler(ours, nil)))(n) }),
				peer("slog", func(w io.Writer) func(n int) { return slogValues(newSlog(w)) })},
		},
		{
			Goals: one("values-ten-held", "the same, held for a trigger that never comes", 1),
			Cases: []Case{held(Ours, heldValues), held("zerolog", zerologHeldValues)},
		},
	}
	for _, v := range eachValue {
		rows = append(rows, Row{Goals: one("values-"+v.ID, v.Title, 1), Output: JSON, Fields: []string{v.ID}, Cases: v.cases()})
	}
	return rows
}
