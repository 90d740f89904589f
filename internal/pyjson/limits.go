package pyjson

import "fmt"

const (
	// maxDepth is how deep arrays and objects may be nested. It is Python's
	// recursion limit.
	maxDepth = 1000

	// maxDigits is how many digits an integer may have. It is Python's limit.
	maxDigits = 4300
)

// A LimitError reports a text that is nested too deeply or has an integer with too many
// digits. The rest of the text may be invalid JSON.
type LimitError struct {
	Offset int // byte offset of the bracket or number that exceeds the limit
	Msg    string
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("JSON exceeds limits at byte %d: %s", e.Offset, e.Msg)
}
