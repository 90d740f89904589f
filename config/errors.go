package config

import (
	"fmt"
	"strings"
)

// URIError reports an invalid URI of a sink or source, or one that cannot be opened. Its
// text contains no secrets.
type URIError struct {
	URI    string // without userinfo and secrets
	Source bool   // it is a source, not a sink
	Option string // the option in error; "" for the address
	Err    error
}

// Error names the URI, the option and the cause.
func (e *URIError) Error() string {
	kind := "sink"
	if e.Source {
		kind = "source"
	}
	if e.Option == "" {
		return fmt.Sprintf("config: %s %q: %v", kind, e.URI, e.Err)
	}
	return fmt.Sprintf("config: %s %q: option %q: %v", kind, e.URI, e.Option, e.Err)
}

// Unwrap returns the cause.
func (e *URIError) Unwrap() error { return e.Err }

// FileError reports an error in an INI file, and where it is. Its text contains no
// secrets.
type FileError struct {
	File    string // "" from Parse
	Section string // "" outside of a section
	Key     string // "" for the section as a whole
	Line    int    // 0 if unknown
	Err     error
}

// Error names file, line, section, key and cause.
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

// Unwrap returns the cause.
func (e *FileError) Unwrap() error { return e.Err }
