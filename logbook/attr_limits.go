package logbook

import (
	"reflect"

	"github.com/logbook-go/logbook/internal/text"
	"github.com/logbook-go/logbook/internal/value"
)

// Bounds of what is written of one record, in bytes. What is cut is marked.
const (
	maxMessage = 1<<20 + 1<<10 // the rendered message; a line of a MiB has room for the mark of who cut it
	maxAttr    = value.MaxSize // the text of one attribute, or of one error
	maxRecord  = 4 << 20       // from here on, attributes are left out

	maxReportedArgs = 1 << 10 // the attributes in a TemplateError
)

const (
	cutMark     = value.CutMark
	leftOutKey  = "!CUT"
	leftOutText = "attributes were left out of a record that is too large"
)

// cut shortens a text to the limit.
func cut(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	return text.Whole(s[:limit]) + cutMark
}

// panicText stands in the output for a value whose own method panicked.
func panicText(v any, p any) string { return value.Panic(reflect.TypeOf(v), p) }

// maxParts is how deep a value is copied: one may contain itself.
const maxParts = 16
