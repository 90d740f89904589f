package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// The lines that enclose the tables in a file.
const (
	startMarker = "<!-- bench:start -->"
	endMarker   = "<!-- bench:end -->"
)

// WriteJSON writes v to a file, indented.
func WriteJSON(path string, v any) error {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return os.WriteFile(path, append(b, '\n'), 0o644)
}

// ErrMarkers is wrapped by the error of Insert for a file in which one marker is missing
// or the end marker comes first.
var ErrMarkers = errors.New("unpaired markers " + startMarker + " and " + endMarker)

// Insert replaces the text between the markers of a file. It reports whether the file
// exists and has markers. A file without markers is not changed.
func Insert(path, text string) (done bool, err error) {
	old, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	start, end := bytes.Index(old, []byte(startMarker)), bytes.Index(old, []byte(endMarker))
	if start < 0 && end < 0 {
		return false, nil
	}
	if start < 0 || end < start {
		return false, fmt.Errorf("%s: %w", path, ErrMarkers)
	}
	var b []byte
	b = append(b, old[:start+len(startMarker)]...)
	b = append(append(append(b, '\n'), text...), old[end:]...)
	if bytes.Equal(b, old) {
		return true, nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return false, err
	}
	return true, os.WriteFile(path, b, info.Mode())
}
