package database

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
)

// maxName is the limit of PostgreSQL for names. It cuts longer ones without an error.
const maxName = 63

// checkName returns an error if a name would not be stored as it is.
func checkName(name string) error {
	switch {
	case name == "":
		return errEmpty
	case len(name) > maxName:
		return fmt.Errorf("the name %q has %d bytes: want at most %d", name, len(name), maxName)
	case strings.IndexByte(name, 0) >= 0:
		return errors.New("the name contains a NUL byte")
	case !utf8.ValidString(name):
		return errors.New("the name is not valid UTF-8")
	}
	return nil
}

// names checks the names of a call.
func names(op *operation, table string, columns ...string) error {
	if err := checkName(table); err != nil {
		return argumentError(op.method, "table", err)
	}
	for _, c := range columns {
		if err := checkName(c); err != nil {
			return argumentError(op.method, "column", err)
		}
	}
	return nil
}

// quote quotes a name.
func quote(name string) string { return pgx.Identifier{name}.Sanitize() }

// quoteAll quotes names, and separates them by commas.
func quoteAll(names []string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = quote(name)
	}
	return strings.Join(quoted, ", ")
}

// quoteText returns a literal. It is for statements that take no parameters.
func quoteText(s string) string {
	return "'" + strings.ReplaceAll(s, "'", "''") + "'"
}

// in returns the quoted name of a table or view in the schema.
func (db *DB) in(table string) string { return pgx.Identifier{db.schema, table}.Sanitize() }
