package pyjson

import "fmt"

const (
	// maxDepth is how deep arrays and objects may be nested. Python stops
	// there too, at its recursion limit.
	maxDepth = 1000

	// maxDigits is how many digits an integer may have. It is Python's limit.
	maxDigits = 4300
)

// A LimitError says that a text is too deeply nested, or has an integer with
// too many digits. What [Decode] had not read by then may be malformed.
type LimitError struct {
	Offset int // of the bracket or number that exceeds the limit, in bytes
	Msg    string
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("JSON beyond limits at byte %d: %s", e.Offset, e.Msg)
}
