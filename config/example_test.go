package config_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/logbook"
)

func ExampleOpen() {
	h, err := config.Open("file:-?level=notice&format={record.level_name}: {record.message}")
	if err != nil {
		fmt.Println(err)
		return
	}
	logbook.InGoroutine(func() {
		log := logbook.New("app")
		log.Debug("not shown")
		log.Warn("the disk is {used}% full", "used", 93)
	}, h)
	// Output:
	// WARNING: the disk is 93% full
}

// A file of JSON lines that only its owner can read.
func ExampleOpen_file() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "app.log")

	h, err := config.Open("json:" + path + "?mode=0600")
	if err != nil {
		fmt.Println(err)
		return
	}
	logbook.InGoroutine(func() { logbook.New("app").Info("started", "port", 8080) }, h)
	if err := logbook.Close(context.Background(), h); err != nil {
		fmt.Println(err)
	}

	line, err := os.ReadFile(path)
	_, rest, _ := strings.Cut(string(line), ",") // without the time
	fmt.Println(rest, err)
	// Output:
	// "level":"INFO","channel":"app","msg":"started","port":8080}
	//  <nil>
}

func ExampleOpen_errors() {
	for _, uri := range []string{
		"app.log",
		"file:app.log?lvl=info",
		"file:app.log?level=loud",
		"console:?format={record.massage}",
		"file://app:hunter2@example.org/app.log",
	} {
		_, err := config.Open(uri)
		fmt.Println(err)
	}
	// Output:
	// config: sink "app.log": missing scheme: want one, such as "file:PATH"
	// config: sink "file:app.log?lvl=info": option "lvl": unknown, did you mean "level"? (known to file: bubble, buffer, delay, flush_interval, flush_level, format, json, level, mode, source, sync_interval, sync_level, truncate; to every sink: background, dedup, fallback, fingers_crossed, limit, sample, spool)
	// config: sink "file:app.log?level=loud": option "level": logbook: unknown level "loud" (known: trace, debug, info, success, notice, warning, error, critical, notset)
	// config: sink "console:?format={record.massage}": option "format": logbook: format string "{record.massage}": at byte 0 ("{record.massage}"): unknown field "record.massage", did you mean "record.message"?
	// config: sink "file://xxxxx@example.org/app.log": invalid address: want "file:PATH" or "file:///PATH", without host or user
}
