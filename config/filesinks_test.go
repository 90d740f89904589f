package config_test

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/logbook"
)

// handleAll opens a sink, logs records with the given times to it, and closes it.
func handleAll(t *testing.T, uri string, at ...time.Time) {
	t.Helper()
	h, err := config.Open(uri)
	if err != nil {
		t.Fatal(err)
	}
	for i, time := range at {
		r := logbook.NewRecord(logbook.RecordData{Time: time, Level: logbook.LevelInfo, Channel: "app", Message: fmt.Sprint("record ", i)})
		if err := h.Handle(r); err != nil {
			t.Error(err)
		}
	}
	if err := logbook.Close(context.Background(), h); err != nil {
		t.Error(err)
	}
}

func TestRotatingSinks(t *testing.T) {
	day := time.Date(2024, 2, 29, 23, 30, 0, 0, time.UTC)
	hours := []time.Time{day, day.Add(time.Hour), day.Add(2 * time.Hour)}
	const message = "format={record.message}"
	for uri, want := range map[string][]string{
		"rotating:a.log?size=10B&backups=1&" + message:                                                {"a.log", "a.log.1"},
		"rotating:a.log?size=10&backups=9&compress=gzip&mode=0600&" + message:                         {"a.log", "a.log.1.gz", "a.log.2.gz"},
		"timed:a.log?" + message:                                                                      {"a-2024-02-29.log", "a-2024-03-01.log"},
		"timed:a.log?pattern=%25H&rollover={basename}.{timestamp}{ext}&" + message:                    {"a.00.log", "a.01.log", "a.23.log"},
		"timed:a.log?pattern=%25H&zone=Asia/Tokyo&backups=1&" + message:                               {"a-09.log", "a-10.log"},
		"timed:a.log?plain=true&sync_level=error&sync_interval=1s&age=30d&total=1GB&" + message:       {"a-2024-02-29.log", "a.log"},
		"monitoring:a.log?interval=5s&buffer=64KiB&flush_interval=1m&flush_level=critical&" + message: {"a.log"},
		"file:a.log?buffer=4k&" + message:                                                             {"a.log"},
	} {
		t.Run(uri, func(t *testing.T) {
			inTempDir(t)
			handleAll(t, uri, hours...)
			names := dirNames(t)
			if !slices.Equal(names, want) {
				t.Errorf("files %q, want %q", names, want)
			}
		})
	}
	inTempDir(t)
	handleAll(t, "rotating:a.log?size=10B&backups=1&compress=gzip&"+message, hours...)
	f, err := os.Open("a.log.1.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := io.ReadAll(z); err != nil || string(text) != "record 1\n" {
		t.Errorf("%q, %v", text, err)
	}
}

func TestFileSinkErrors(t *testing.T) {
	inTempDir(t)
	for uri, want := range map[string]string{
		"rotating:a.log":                               `option "backups": missing`,
		"rotating:a.log?backup=5":                      `option "backup": unknown, did you mean "backups"?`,
		"rotating:a.log?color=5":                       `option "backups": missing`,
		"rotating:a.log?backups=0":                     `option "backups": invalid number "0": want a positive integer`,
		"rotating:a.log?backups=1&size=0":              `option "size": invalid size "0"`,
		"rotating:a.log?backups=1&size=1TB":            `invalid size "1TB"`,
		"rotating:a.log?backups=1&size=99999999999GiB": "invalid size",
		"rotating:a.log?backups=1&age=-5s":             `option "age": invalid duration "-5s"`,
		"rotating:a.log?backups=1&age=5":               "invalid duration",
		"rotating:a.log?backups=1&compress=zip":        `option "compress": invalid compression "zip": want gzip, did you mean "gzip"?`,
		"rotating:a.log?backups=1&compress=zstd":       `option "compress": invalid compression "zstd": want gzip; for more, import "github.com/logbook-go/logbook/config/all"`,
		"rotating:-?backups=1":                         "missing path",
		"rotating:?backups=1":                          "missing path",
		"rotating:no/a.log?backups=1":                  "no such file",
		"timed:a.log?zone=Nowhere":                     `option "zone": unknown time zone`,
		"timed:a.log?pattern=%25q":                     "pattern",
		"timed:a.log?delay=true":                       `option "delay": unknown`,
		"monitoring:a.log?truncate=true":               `option "truncate": unknown`,
		"file:a.log?flush_level=error":                 `option "flush_level": not allowed without "buffer"`,
		"file:a.log?sync_level=loud":                   `option "sync_level": logbook: unknown level`,
		"exec:":                                        "missing command",
		"exec:no-such-command-here":                    "not found",
		"exec:/bin/sh?args={record.massage}":           "unknown field",
	} {
		var e *config.URIError
		if h, err := config.Open(uri); !errors.As(err, &e) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, %v\nwant %s", uri, h, err, want)
		}
		if names := dirNames(t); len(names) > 0 {
			t.Errorf("%s: created %q", uri, names)
		}
	}
}
