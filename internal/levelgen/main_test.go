package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// The committed files are the output of the templates.
func TestFilesAreCurrent(t *testing.T) {
	for name, text := range files {
		want, err := generate(text)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got, err := os.ReadFile(filepath.Join("..", "..", name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is not current: run go generate ./logbook", name)
		}
	}
}
