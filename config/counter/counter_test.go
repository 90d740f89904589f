package counter_test

import (
	"encoding/json"
	"expvar"
	"fmt"
	"sync"
	"testing"

	"github.com/logbook-go/logbook/config/counter"
	"github.com/logbook-go/logbook/logbook"
)

func counts(t *testing.T, v expvar.Var) map[string]map[string]int {
	t.Helper()
	var m map[string]map[string]int
	if err := json.Unmarshal([]byte(v.String()), &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestCounter(t *testing.T) {
	c, err := counter.New("records of a test")
	if err != nil {
		t.Fatal(err)
	}
	if v, err := counter.New("records of a test"); err == nil {
		t.Errorf("the name is given twice: %v", v)
	}
	if got := c.String(); got != "{}" {
		t.Errorf("at first %s", got)
	}
	h := logbook.NewHandler(func(*logbook.Record) error { return nil }, &logbook.Options{Level: logbook.LevelDebug})
	logbook.InGoroutine(func() {
		log := logbook.New("a\"b")
		log.Error("x")
		log.Error("x")
		log.Log(t.Context(), logbook.LevelInfo+3, "a notice")
		log.Trace("nobody is interested")
	}, h, logbook.Processor(c.Count))
	if got := expvar.Get("records of a test").String(); got != `{"a\"b":{"ERROR":2,"NOTICE":1}}` {
		t.Error(got)
	}
}

// The number of channels is bounded; no record goes uncounted.
func TestCounterBound(t *testing.T) {
	c, err := counter.New("")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i := range 300 {
				c.Count(logbook.NewRecord(logbook.RecordData{Channel: fmt.Sprint(i), Level: logbook.LevelNotSet + 1}))
			}
		})
	}
	wg.Wait()
	got := counts(t, c)
	sum := 0
	for _, levels := range got {
		sum += levels["NOTSET"]
	}
	if len(got) != 101 || sum != 1200 || got["other"]["NOTSET"] != 800 {
		t.Errorf("%d channels, %d records, %v others", len(got), sum, got["other"])
	}
}

func BenchmarkCounter(b *testing.B) {
	c, err := counter.New("")
	if err != nil {
		b.Fatal(err)
	}
	r := logbook.NewRecord(logbook.RecordData{Channel: "app"})
	for b.Loop() {
		c.Count(r)
	}
}
