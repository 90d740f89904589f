package logline

import (
	"encoding/json"
	"testing"
	"time"
)

func checkScanLevel(t *testing.T, line []byte) {
	t.Helper()
	if len(line) == 0 || line[0] != '{' || !json.Valid(line) {
		return
	}
	level, ok := scanLevel(line)
	if !ok {
		return
	}
	l := Parse(line, time.Unix(1772705472, 0))
	if l.Format != Wire && (!l.HasLevel || l.Level != level) {
		t.Errorf("line %q: found %v, Parse found %v (%t, %s)", line, level, l.Level, l.HasLevel, l.Format)
	}
}

var levelLines = []string{
	`{"level":"info","msg":"x"}`,
	`{ "time" : 1 , "level" : "WARN" }`,
	`{"a":{"level":"debug"},"b":[{"level":"x"},"]"],"level":"error"}`,
	`{"level":"info","level":"error"}`,
	`{"severity":"ERROR","level":"info"}`,
	`{"level":"info","severity":"ERROR"}`,
	`{"lvl":"dbug","msg":"x"}`,
	`{"@l":"Warning","@t":"2026-03-05T10:11:12Z","@m":"x"}`,
	`{"level":"30","msg":"x"}`,
	`{"level":30,"msg":"x"}`,
	`{"level":"","msg":"x"}`,
	`{"level":"INFO+2","msg":"x"}`,
	`{"msg":"a\"b\\","level":"info"}`,
	`{"le\u0076el":"error","level":"info"}`,
	`{"levelname":"INFO","levelno":40,"message":"x"}`,
	`{"Level":"Error","level":"info"}`,
	`{"log.level":"error","message":"x","level":"info"}`,
	`{"level_name":"ERROR","level":400,"message":"x"}`,
	`{"LogLevel":"Critical","level":"info","Message":"x"}`,
	`{"log":"x\n","stream":"stdout","level":"info"}`,
	`{"PRIORITY":"3","MESSAGE":"x","level":"info"}`,
}

func TestScanLevel(t *testing.T) {
	for _, s := range levelLines {
		checkScanLevel(t, []byte(s))
	}
}

// Each level that is found without parsing a line is the one that Parse finds.
func FuzzScanLevel(f *testing.F) {
	for _, s := range levelLines {
		f.Add([]byte(s))
	}
	f.Fuzz(checkScanLevel)
}
