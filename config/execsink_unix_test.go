//go:build unix

package config_test

import (
	"os"
	"testing"
	"time"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/logbook"
)

// Each line is one argument, whatever it contains.
func TestExecSink(t *testing.T) {
	dir := inTempDir(t)
	c := parse(t, `
[sink command]
scheme  = exec
path    = /bin/sh
args    =
    -c
    cat > out; printf '%s|' "$@" >> out
    sh
    {record.channel}
    {record.message} *
format  = {record.level_name}
dir     = `+dir+`
timeout = 1m
`, &config.Options{Strict: true})
	logbook.InGoroutine(func() { logbook.New("app").Warn("a;  b") }, c.Setup())
	if got, err := os.ReadFile("out"); string(got) != "WARNINGapp|a;  b *|" {
		t.Errorf("%q, %v", got, err)
	}
	handleAll(t, "exec:/bin/sh?timeout=1m&args=-c%0Aecho \"$1\" > out%0Ash%0A{record.message}", time.Now())
	if got, err := os.ReadFile("out"); string(got) != "record 0\n" {
		t.Errorf("%q, %v", got, err)
	}
}
