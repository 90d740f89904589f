package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The manual has a page for each command and topic, and each page lists the flags of its
// command. A line that begins with a dot is one of the macros.
func TestManual(t *testing.T) {
	t.Setenv("SOURCE_DATE_EPOCH", "1700000000")
	dir := t.TempDir()
	if out, stderr, code := runHere("man", dir); out+stderr != "" || code != exitOK {
		t.Fatalf("exit code %d, %q, %q", code, out, stderr)
	}
	for file, wanted := range map[string][]string{
		"man1/logbook.1":           {"\n.TH LOGBOOK 1 2023-11-14 logbook\n", ".BR logbook\\-pipe (1)", ".BR logbook\\-sinks (7)"},
		"man1/logbook-pipe.1":      {".B \\-\\-to URI\n", ".B \\-h, \\-\\-help\n", "(default console)"},
		"man1/logbook-spool-cat.1": {".SH SYNOPSIS\n.B logbook spool cat"},
		"man7/logbook-sinks.7":     {".SS rotating\n", "backups=COUNT"},
		"man7/logbook-sources.7":   {".SS otlp"},
	} {
		text, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil {
			t.Error(err)
			continue
		}
		for _, w := range wanted {
			if !strings.Contains("\n"+string(text), w) {
				t.Errorf("%s lacks %q", file, w)
			}
		}
	}
	macro := regexp.MustCompile(`(?m)^\.(TH|SH|SS|PP|TP|BR?|nf|fi)\b|^\\&\.|^[^.']|^$`)
	files, err := filepath.Glob(filepath.Join(dir, "man?", "*"))
	if err != nil || len(files) < 30 {
		t.Fatalf("%d pages, %v", len(files), err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			if !macro.MatchString(line) {
				t.Errorf("%s: %q", filepath.Base(file), line)
			}
		}
	}

	t.Setenv("SOURCE_DATE_EPOCH", "soon")
	if _, stderr, code := runHere("man", dir); code != exitUsage || !strings.Contains(stderr, "SOURCE_DATE_EPOCH") {
		t.Errorf("exit code %d, %q", code, stderr)
	}
	t.Setenv("SOURCE_DATE_EPOCH", "0")
	if _, stderr, code := runHere("man", filepath.Join(dir, "man1", "logbook.1")); code != exitFailed || stderr == "" {
		t.Errorf("exit code %d, %q", code, stderr)
	}
}
