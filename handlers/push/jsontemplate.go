package push

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/logbook-go/logbook/internal/encode"
	"github.com/logbook-go/logbook/logbook"
)

// JSONTemplate returns a formatter that makes JSON of any shape. template is a JSON value
// in which each string is a Logbook format string; member names and everything else stay
// unchanged:
//
//	{"content": "{record.channel}: {record.message}{record.attrs}", "tts": false}
//
// Whatever the data, the result is JSON of this shape. Newlines of the data are kept. An
// error is shown only by fields such as {record.formatted_exception}. The error for an
// invalid template wraps a [*json.SyntaxError], or a [*logbook.FormatError] for a format
// string.
func JSONTemplate(template string) (logbook.Formatter, error) {
	var whole json.RawMessage
	if err := json.Unmarshal([]byte(template), &whole); err != nil {
		return nil, fmt.Errorf("push: JSON template: %w", err)
	}
	c := templateCompiler{template: template, decoder: json.NewDecoder(strings.NewReader(template))}
	if err := c.value(); err != nil {
		return nil, fmt.Errorf("push: JSON template: before byte %d: %w", c.decoder.InputOffset(), err)
	}
	return &jsonTemplate{c.parts, template[c.last:]}, nil
}

type jsonTemplate struct {
	parts []jsonPart
	end   string
}

// jsonPart is a piece of the template, and the string after it.
type jsonPart struct {
	literal string
	text    *logbook.StringFormatter
}

// AppendFormat implements [logbook.Formatter].
func (t *jsonTemplate) AppendFormat(b []byte, r *logbook.Record) ([]byte, error) {
	start := len(b)
	var text []byte
	for _, p := range t.parts {
		var err error
		if text, err = p.text.AppendFormat(text[:0], r); err != nil {
			return b[:start], err
		}
		b = append(b, p.literal...)
		b = encode.AppendJSONString(b, text)
	}
	return append(b, t.end...), nil
}

type templateCompiler struct {
	template string
	decoder  *json.Decoder
	parts    []jsonPart
	last     int // end of the parts in the template
}

// value reads a value.
func (c *templateCompiler) value() error {
	start := int(c.decoder.InputOffset())
	token, err := c.decoder.Token()
	if err != nil {
		return err
	}
	switch token := token.(type) {
	case string:
		return c.text(token, start)
	case json.Delim:
		for c.decoder.More() {
			if token == '{' {
				if _, err := c.decoder.Token(); err != nil { // the name
					return err
				}
			}
			if err := c.value(); err != nil {
				return err
			}
		}
		_, err = c.decoder.Token() // the end
	}
	return err
}

// text compiles a string that begins after start.
func (c *templateCompiler) text(s string, start int) error {
	f, err := logbook.Format(s, &logbook.FormatOptions{
		Multiline: true,
		Exception: func(b []byte, _ *logbook.ErrorInfo) []byte { return b },
	})
	if err != nil {
		return err
	}
	quote := start + strings.IndexByte(c.template[start:], '"')
	c.parts = append(c.parts, jsonPart{c.template[c.last:quote], f})
	c.last = int(c.decoder.InputOffset())
	return nil
}
