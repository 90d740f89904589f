package config

import (
	"fmt"
	"strings"
)

// URIError reports why a sink URI was refused. Its text holds no password.
type URIError struct {
	URI    string // without userinfo and secrets
	Option string // the option to blame; "": the address
	Err    error
}

// Error names the URI, the option and the fault.
func (e *URIError) Error() string {
	if e.Option == "" {
		return fmt.Sprintf("config: sink %q: %v", e.URI, e.Err)
	}
	return fmt.Sprintf("config: sink %q: option %q: %v", e.URI, e.Option, e.Err)
}

// Unwrap returns the fault.
func (e *URIError) Unwrap() error { return e.Err }

// FileError reports a fault in an INI file, and its place. Its text holds no password.
type FileError struct {
	File    string // "" from Parse
	Section string // "": none
	Key     string // "": the section as a whole
	Line    int    // 0: none
	Err     error
}

// Error names file, line, section, key and fault.
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

// Unwrap returns the fault.
func (e *FileError) Unwrap() error { return e.Err }
