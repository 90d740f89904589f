package config

import (
	"fmt"
	"strings"
)

// URIError says why a sink URI was refused. Its text holds no password.
type URIError struct {
	URI    string // without userinfo and secrets
	Option string // the option to blame; "" if it is none
	Err    error
}

// Error names the URI, the option and what is wrong with it.
func (e *URIError) Error() string {
	if e.Option == "" {
		return fmt.Sprintf("config: sink %q: %v", e.URI, e.Err)
	}
	return fmt.Sprintf("config: sink %q: option %q: %v", e.URI, e.Option, e.Err)
}

// Unwrap returns what is wrong.
func (e *URIError) Unwrap() error { return e.Err }

// FileError says what is wrong in an INI file, and where. Its text holds no
// password.
type FileError struct {
	File    string // "" from Parse
	Section string // "": none
	Key     string // "": none is to blame
	Line    int    // 0: none
	Err     error
}

// Error names file, line, section and key, and what is wrong.
func (e *FileError) Error() string {
	b := []byte("config: ")
	if e.File != "" {
		b = append(b, e.File...)
		if e.Line == 0 {
			b = append(b, ": "...)
		}
	}
	switch {
	case e.Line > 0 && e.File != "":
		b = fmt.Appendf(b, ":%d: ", e.Line)
	case e.Line > 0:
		b = fmt.Appendf(b, "line %d: ", e.Line)
	}
	if e.Section != "" {
		b = fmt.Appendf(b, "[%s]: ", e.Section)
	}
	if e.Key != "" {
		b = fmt.Appendf(b, "%s: ", e.Key)
	}
	text := strings.TrimPrefix(e.Err.Error(), "config: ")
	if e.Key == levelsKey || e.Section == levelsSection {
		text = strings.TrimPrefix(text, "levels: ")
	}
	return string(b) + text
}

// Unwrap returns what is wrong.
func (e *FileError) Unwrap() error { return e.Err }
