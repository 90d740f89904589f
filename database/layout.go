package database

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// Layout says how the points of a [ContinuousLogger] stand in a table. There are three:
//
//   - With Descriptions, as in PyExpLabSys, NameColumn has the number of the code name in
//     the table Descriptions.
//   - With NameColumn alone, it has the code name itself.
//   - Without both, each code name is the name of a column, and a row has the value of one.
type Layout struct {
	Table       string
	TimeColumn  string // default "time"
	ValueColumn string // default "value"; not used if each code name is a column
	NameColumn  string

	Descriptions string // the table of code names
	IDColumn     string // of Descriptions; default "id"
	CodeColumn   string // of Descriptions; default "codename"
}

// PyExpLabSys returns the layout of a table of PyExpLabSys.
func PyExpLabSys(table string) *Layout {
	return &Layout{Table: table, NameColumn: "type", Descriptions: "dateplots_descriptions"}
}

// WithDefaults returns the layout with its defaults filled in. The error is a
// [*logbook.OptionError] for an invalid field.
func (l *Layout) WithDefaults() (*Layout, error) {
	if l == nil {
		return nil, argumentError("Layout", "Table", errEmpty)
	}
	filled := *l
	return &filled, filled.fill()
}

// fill fills in the defaults, and returns an error for the first invalid field.
func (l *Layout) fill() error {
	for _, f := range []struct {
		name string
		text *string
		def  string
	}{
		{"Table", &l.Table, ""}, {"TimeColumn", &l.TimeColumn, "time"}, {"ValueColumn", &l.ValueColumn, "value"}, {"NameColumn", &l.NameColumn, ""},
		{"Descriptions", &l.Descriptions, ""}, {"IDColumn", &l.IDColumn, "id"}, {"CodeColumn", &l.CodeColumn, "codename"},
	} {
		optional := f.name == "NameColumn" || f.name == "Descriptions"
		if *f.text == "" {
			*f.text = f.def
		}
		if *f.text == "" && optional {
			continue
		}
		if err := checkName(*f.text); err != nil {
			return argumentError("Layout", f.name, err)
		}
	}
	if l.Descriptions != "" && l.NameColumn == "" {
		return argumentError("Layout", "NameColumn", errors.New("missing: it has the numbers of Descriptions"))
	}
	return nil
}

// CodenameError reports a code name that a [ContinuousLogger] does not know.
type CodenameError struct {
	Codename string
	Err      error
}

// Error names the code name.
func (e *CodenameError) Error() string { return fmt.Sprintf("code name %q: %v", e.Codename, e.Err) }

// Unwrap returns the cause.
func (e *CodenameError) Unwrap() error { return e.Err }

var errUnknown = errors.New("unknown")

// table makes rows of points.
type table struct {
	Layout
	store   Store
	columns []string // of a row

	mu    sync.Mutex
	known map[string]any // what stands for a code name: its number, itself, or the index in columns
}

func newTable(store Store, l *Layout, codenames []string) *table {
	t := &table{Layout: *l, store: store, known: make(map[string]any)}
	if t.NameColumn != "" {
		t.columns = []string{t.NameColumn, t.TimeColumn, t.ValueColumn}
	} else {
		t.columns = append([]string{t.TimeColumn}, codenames...)
	}
	return t
}

// find finds what stands for a code name. The error is a [*CodenameError], or that of the
// store.
func (t *table) find(ctx context.Context, codename string) (any, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if v, ok := t.known[codename]; ok {
		return v, nil
	}
	var v any = codename
	switch {
	case t.Descriptions != "":
		ids, err := t.store.IDs(ctx, t.Descriptions, t.IDColumn, t.CodeColumn, codename)
		if err != nil {
			return nil, err
		}
		if len(ids) != 1 {
			return nil, &CodenameError{codename, fmt.Errorf("%d rows in table %q: want one", len(ids), t.Descriptions)}
		}
		v = ids[0]
	case t.NameColumn == "":
		i := slices.Index(t.columns, codename)
		if i < 1 {
			return nil, &CodenameError{codename, errUnknown}
		}
		v = i
	}
	t.known[codename] = v
	return v, nil
}

// check checks the columns and the code names in the database.
func (t *table) check(ctx context.Context, codenames []string) error {
	columns, err := t.store.Columns(ctx, t.Table)
	if err != nil {
		return err
	}
	var missing []string
	for _, name := range t.columns {
		if columnOf(columns, name) == nil {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		err := fmt.Errorf("%w: %q in table %q", ErrNoColumn, strings.Join(missing, `", "`), t.Table)
		if t.NameColumn == "" && missing[0] != t.TimeColumn {
			return &CodenameError{missing[0], err}
		}
		return err
	}
	for _, c := range codenames {
		if _, err := t.find(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

// appendRow appends the values of a point to a row.
func (t *table) appendRow(row []any, id any, at time.Time, value any) []any {
	if t.NameColumn != "" {
		return append(row, id, at, value)
	}
	start := len(row)
	row = append(row, at)
	for range t.columns[1:] {
		row = append(row, nil)
	}
	row[start+id.(int)] = value
	return row
}
