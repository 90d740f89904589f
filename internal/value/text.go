package value

import (
	"bytes"
	"encoding/json"
)

// AppendText appends a value as text: a JSON string without quotes and escapes, and
// anything else as AppendJSON does. The text may contain any bytes.
func AppendText(b []byte, v any) []byte {
	n := len(b)
	b = AppendJSON(b, v)
	if b[n] != '"' {
		return b
	}
	if quoted := b[n:]; bytes.IndexByte(quoted, '\\') < 0 {
		return append(b[:n], quoted[1:len(quoted)-1]...)
	}
	return append(b[:n], unquoted(b[n:])...)
}

// unquoted returns the text of a JSON string, and any other JSON as it is.
func unquoted(b []byte) string {
	var text string
	if b[0] == '"' && json.Unmarshal(b, &text) == nil {
		return text
	}
	return string(b)
}
