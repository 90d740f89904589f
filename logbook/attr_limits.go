package logbook

import (
	"reflect"

	"github.com/logbook-go/logbook/internal/text"
	"github.com/logbook-go/logbook/internal/value"
)

// Limits of the output of one record, in bytes. Cuts are marked.
const (
	maxMessage = 1<<20 + 1<<10 // the rendered message: a line of 1 MiB, with the mark of a cut made elsewhere
	maxAttr    = value.MaxSize // the text of one attribute, or of one error
	maxRecord  = 4 << 20       // beyond it, attributes are left out

	maxReportedArgs = 1 << 10 // TemplateError.Args
)

const (
	cutMark     = value.CutMark
	leftOutKey  = "!CUT"
	leftOutText = "attributes were left out of a record that is too large"
)

// cut shortens a text to the limit and marks the cut.
func cut(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	return text.Whole(s[:limit]) + cutMark
}

// panicText is written in place of a value whose method panicked.
func panicText(v any, p any) string { return value.Panic(reflect.TypeOf(v), p) }

// maxParts bounds the depth to which values are copied, since a value may contain
// itself.
const maxParts = 16
