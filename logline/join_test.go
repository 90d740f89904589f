package logline_test

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logline"
)

// A line that the container's runtime has split becomes one record, with all of it.
func TestPartialLines(t *testing.T) {
	const head = "2026-03-05T10:11:12.123456789Z stdout "
	log := head + "P one \n" + head + "P two \n" + "2026-03-05T10:11:12.2Z stderr F other\n" + head + "F three\n" + head + "F four\n"
	var got []string
	raw := 0
	for l, err := range logline.Read(strings.NewReader(log), nil) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, l.Message)
		raw += strings.Count(l.Raw, "\n") + 1
	}
	if want := "other|one two three|four"; strings.Join(got, "|") != want && strings.Join(got, "|") != "one two three|other|four" || raw != 5 {
		t.Errorf("%d lines: %q, want %s", raw, got, want)
	}
}

// Many partial lines take linear time, and bounded memory.
func TestManyPartialLines(t *testing.T) {
	n, records := 0, 0
	w := logline.NewWriter(func(l logline.Line) {
		records++
		n += strings.Count(l.Message, "x")
	}, nil)
	const lines = 200_000
	piece := []byte("2026-03-05T10:11:12.123456789Z stdout P x\n")
	for range lines {
		w.Write(piece)
	}
	w.Close()
	if n != lines || records < 2 {
		t.Errorf("%d of %d pieces in %d records", n, lines, records)
	}
}

// messages returns the messages of the records of a log, with | between them.
func messages(log string, o *logline.Options) string {
	var got []string
	for l := range logline.Read(strings.NewReader(log), o) {
		got = append(got, l.Message)
	}
	return strings.Join(got, "|")
}

// Streams of containers come in turns, and each record has the lines of its own.
func TestStreamsInTurns(t *testing.T) {
	const cri = "2026-03-05T10:11:12.123456789Z "
	for _, tt := range []struct{ name, log, want string }{
		{"docker compose", `web-1  | ERROR no tea
db-1   | ERROR no water
web-1  |   in the pot
db-1   |   in the pipe
web-1  | INFO tea
`, "no tea\n  in the pot|no water\n  in the pipe|tea"},
		{"docker compose, stacks", `web-1  | 2026-03-05 10:11:12,123 ERROR shop: no tea
web-1  | Traceback (most recent call last):
db-1   | 2026-03-05 10:11:12,124 INFO db: ready
web-1  |   File "tea.py", line 7, in pour
db-1   | 2026-03-05 10:11:12,125 INFO db: still ready
web-1  | KeyError: 'tea'
`, "no tea|ready|still ready"},
		{"kubectl", `[pod/web-1/app] ERROR no tea
[pod/web-2/app] ERROR no milk
[pod/web-1/app]   in the pot
[pod/web-1/sidecar] INFO hello
[pod/web-2/app]   in the jug
`, "no tea\n  in the pot|no milk\n  in the jug|hello"},
		{"CRI, partial lines", cri + "stdout P one, \n" + cri + "stderr P ein, \n" + cri + "stdout P two, \n" + cri + "stderr F zwei\n" +
			cri + "stdout F three\n" + cri + "stdout F four\n", "ein, zwei|one, two, three|four"},
		{"CRI, a stack", cri + "stdout F ERROR no tea\n" + cri + "stderr F INFO hello\n" + cri + "stdout F   in the pot\n", "no tea\n  in the pot|hello"},
		{"Docker, partial lines", `{"log":"one, ","stream":"stdout","time":"2026-03-05T10:11:12.1Z"}
{"log":"ein\n","stream":"stderr","time":"2026-03-05T10:11:12.2Z"}
{"log":"two\n","stream":"stdout","time":"2026-03-05T10:11:12.3Z"}
`, "ein|one, two"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := messages(tt.log, nil); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// Records are in the order of their first lines, though those of several streams end in another
// order.
func TestOrder(t *testing.T) {
	headers := []string{"web-1 | INFO ", "web-1 |   ", "db-1 | 2026-03-05 10:11:12.123 UTC [12] LOG:  ", "db-1 | 2026-03-05 10:11:12.123 UTC [34] ERROR:  ",
		"db-1 | 2026-03-05 10:11:12.123 UTC [12] DETAIL:  ", "cup-1 | text ", "2026-03-05 10:11:12.123 UTC [12] LOG:  ", "2026-03-05 10:11:12.123 UTC [34] ERROR:  ",
		"2026-03-05 10:11:12.123 UTC [34] DETAIL:  ", "  ", "2026-03-05 10:11:12 INFO ", "pot-1 | ERROR "}
	random := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		some := random.Perm(len(headers))[:1+random.IntN(len(headers))]
		var log strings.Builder
		const lines = 500
		for i := range lines {
			fmt.Fprintf(&log, "%s#%d\n", headers[some[random.IntN(len(some))]], i)
		}
		last, n := -1, 0
		for l := range logline.Read(strings.NewReader(log.String()), nil) {
			first, _, _ := strings.Cut(l.Raw, "\n")
			number, err := strconv.Atoi(first[strings.LastIndexByte(first, '#')+1:])
			if err != nil {
				t.Fatal(err)
			}
			if number <= last {
				t.Fatalf("the record of line %d comes after that of line %d", number, last)
			}
			last = number
			n += strings.Count(l.Raw, "\n") + 1
		}
		if n != lines {
			t.Errorf("got %d lines of %d", n, lines)
		}
	}
}

// A program that dies in a container writes its panic with the container's prefix.
func TestPanicInContainer(t *testing.T) {
	const first, stack = "panic: boom", "\ngoroutine 1 [running]:\nmain.main()\n\t/srv/main.go:5 +0x1d"
	for name, prefix := range map[string]string{
		"compose": "web-1  | ",
		"cri":     "2026-03-05T10:11:12.123456789Z stderr F ",
		"kubectl": "[pod/web/app] ",
	} {
		log := prefix + strings.ReplaceAll(first+"\n"+stack, "\n", "\n"+prefix) + "\n"
		var got []logline.Line
		for l := range logline.Read(strings.NewReader(log), nil) {
			got = append(got, l)
		}
		if len(got) != 1 || got[0].Message != first || got[0].Stack != stack || got[0].Level != logbook.LevelCritical {
			t.Errorf("%s: got %v", name, got)
		}
	}
}

// A record waits for lines of its stream during 100 lines of others.
func TestLongestWait(t *testing.T) {
	for _, tt := range []struct {
		others int
		want   string
	}{
		{99, "no tea\n  in the pot"},
		{100, "no tea|  in the pot"},
	} {
		var log strings.Builder
		log.WriteString("web-1 | ERROR no tea\n")
		for range tt.others {
			log.WriteString("db-1 | INFO x\n")
		}
		log.WriteString("web-1 |   in the pot\n")
		got := strings.ReplaceAll(messages(log.String(), nil), "|x", "")
		if got != tt.want {
			t.Errorf("after %d lines: got %q, want %q", tt.others, got, tt.want)
		}
	}
}

// Lines that PostgreSQL writes after a record belong to it, though another process wrote a line
// between them.
func TestPostgresDetails(t *testing.T) {
	const at = "2026-03-05 10:11:12.123 UTC "
	for _, tt := range []struct {
		name, log, want string
		level           slog.Leveler
	}{
		{"one process", at + "[12] ERROR:  no tea\n" + at + "[12] DETAIL:  The pot is empty.\n" + at + "[12] HINT:  Fill it.\n" + at + "[12] LOG:  next\n",
			"no tea\nDETAIL:  The pot is empty.\nHINT:  Fill it.|next", nil},
		{"two processes", at + "[12] ERROR:  no tea\n" + at + "[34] ERROR:  no milk\n" + at + "[12] DETAIL:  The pot is empty.\n" +
			at + "[34] CONTEXT:  in the jug\n" + at + "[12] STATEMENT:  SELECT tea\n" + at + "[34] STATEMENT:  SELECT milk\n",
			"no tea\nDETAIL:  The pot is empty.\nSTATEMENT:  SELECT tea|no milk\nCONTEXT:  in the jug\nSTATEMENT:  SELECT milk", nil},
		{"statement of several lines", at + "[12] ERROR:  no tea\n" + at + "[34] LOG:  hello\n" + at + "[12] STATEMENT:  SELECT tea\n\tFROM pots\n\n\tWHERE full\n" + at + "[12] LOG:  next\n",
			"no tea\nSTATEMENT:  SELECT tea\n\tFROM pots\n\n\tWHERE full|hello|next", nil},
		{"in order", at + "[12] LOG:  one\n" + at + "[34] LOG:  two\n" + at + "[56] LOG:  three\n" + at + "[34] LOG:  four\n" + at + "[12] LOG:  five\nsix\n" + at + "[12] LOG:  seven\n",
			"one|two|three|four|five|six|seven", nil},
		{"below the level", at + "[12] LOG:  duration: 7 ms\n" + at + "[34] ERROR:  no tea\n" + at + "[12] DETAIL:  parameters: 7\n" + at + "[34] DETAIL:  The pot is empty.\n",
			"no tea\nDETAIL:  The pot is empty.", slog.LevelError},
		{"without a process id", "2026-03-05 10:11:12 UTC ERROR:  no tea\n2026-03-05 10:11:12 UTC DETAIL:  The pot is empty.\n2026-03-05 10:11:12 UTC LOG:  next\n",
			"no tea\nDETAIL:  The pot is empty.|next", nil},
		{"without a record before it", at + "[12] DETAIL:  The pot is empty.\n" + at + "[12] LOG:  next\n",
			"The pot is empty.|next", nil},
		{"in a container", "db-1 | " + at + "[12] ERROR:  no tea\nweb-1 | INFO x\ndb-1 | " + at + "[34] LOG:  hello\ndb-1 | " + at + "[12] STATEMENT:  SELECT tea\ndb-1 | \tFROM pots\n",
			"no tea\nSTATEMENT:  SELECT tea\n\tFROM pots|x|hello", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := messages(tt.log, &logline.Options{Level: tt.level}); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// A line with a header of its own is a record, though its text is indented, unless headers are
// repeated before each line of a text.
func TestIndentedText(t *testing.T) {
	for _, tt := range []struct{ name, log, want string }{
		{"Ruby", "I, [2026-03-05T10:11:12.123456 #12]  INFO -- : Started\nI, [2026-03-05T10:11:12.234567 #12]  INFO -- :   Rendered\n", "Started|  Rendered"},
		{"syslog", "Mar  5 10:11:12 vm tea[12]: no tea\nMar  5 10:11:12 vm tea[12]:   in the pot\n", "no tea\n  in the pot"},
		{"syslog, all texts indented", "Mar  5 10:11:12 vm tea[12]:  [pot] no tea\nMar  5 10:11:12 vm tea[12]:  [pot] waiting\nMar  5 10:11:12 vm tea[12]:    for water\n", " [pot] no tea| [pot] waiting\n   for water"},
		{"syslog, later", "Mar  5 10:11:12 vm tea[12]: no tea\nMar  5 10:11:14 vm tea[12]:   in the pot\n", "no tea|  in the pot"},
	} {
		if got := messages(tt.log, nil); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

// The exceptions of database drivers have several lines, in the middle of a chain and at its end.
func TestExceptionsOfSeveralLines(t *testing.T) {
	const (
		traceback = "Traceback (most recent call last):\n  File \"pot.py\", line 3, in pour\n    self.pour()\n"
		cause     = "tea.PotError: no tea\nLINE 1: SELECT tea\n          ^\n\nThe above exception was the direct cause of the following exception:\n\n"
		last      = "tea.ShopError: no tea\nLINE 1: SELECT tea\n          ^\n\n[SQL: SELECT tea]\n[parameters: {}]\n(Background on this error at: https://shop)"
	)
	for _, tt := range []struct{ log, want string }{
		{"2026-03-05 10:11:12,123 - app - ERROR - failed\n" + traceback + cause + traceback + last + "\n2026-03-05 10:11:12,200 - app - INFO - next\nhello\n",
			"ERROR failed(" + last + ")|INFO next()|INFO hello()"},
		{"2026-03-05 10:11:12,123 - app - ERROR - failed\n" + traceback + "tea.PotError: no tea\nhello\n", "ERROR failed(tea.PotError: no tea)|INFO hello()"},
		{traceback + "tea.PotError: no tea\n  of any kind\nhello\n", "ERROR tea.PotError: no tea\n  of any kind()|INFO hello()"},
		{"2026-03-05 10:11:12,123 - app - ERROR - failed\n" + traceback + "KeyError: 'x'\npanic: no pot\n", "ERROR failed(KeyError: 'x')|CRITICAL panic: no pot()"},
		{"2026-03-05T10:11:12Z stderr F " + strings.ReplaceAll(traceback+"KeyError: 'x'\nhello", "\n", "\n2026-03-05T10:11:12Z stderr F ") + "\n",
			"ERROR KeyError: 'x'()|INFO hello()"},
	} {
		var got []string
		for l := range logline.Read(strings.NewReader(tt.log), nil) {
			got = append(got, fmt.Sprintf("%v %s(%s)", l.Level, l.Message, l.Err))
		}
		if got := strings.Join(got, "|"); got != tt.want {
			t.Errorf("%s\ngot  %q\nwant %q", tt.log, got, tt.want)
		}
	}
}

// A traceback that a service prints into the journal is an error, though the journal has it at
// the level of all its lines, and lines of other services come between.
func TestJournalOfServices(t *testing.T) {
	entry := func(name, pid, message string) string {
		return `{"__REALTIME_TIMESTAMP":"1795150000000000","PRIORITY":"6","SYSLOG_IDENTIFIER":"` + name + `","_PID":"` + pid + `","_TRANSPORT":"stdout","MESSAGE":"` + message + `"}`
	}
	log := strings.Join([]string{
		entry("pot", "12", "starting"),
		entry("pot", "12", "Traceback (most recent call last):"),
		entry("pot", "12", `  File \"pot.py\", line 3, in pour`),
		entry("cup", "13", "INFO ready"),
		entry("pot", "12", "TeaError: no tea"),
		entry("pot", "12", "starting again"),
	}, "\n")
	var got []string
	for l, err := range logline.Read(strings.NewReader(log), &logline.Options{Level: logbook.LevelError}) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, l.Level.String()+" "+l.Channel+": "+l.Message+"|"+l.Stack)
	}
	want := "ERROR pot: TeaError: no tea|Traceback (most recent call last):\n  File \"pot.py\", line 3, in pour\nTeaError: no tea"
	if len(got) != 1 || got[0] != want {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), want)
	}
}

// The level of a record may be in its second line.
func TestLevelInSecondLine(t *testing.T) {
	const log = `Mar 05, 2026 10:11:12 AM tea.Pot pour
INFO: pouring
Mar 05, 2026 10:11:13 AM tea.Pot pour
SEVERE: no tea
Mar 05, 2026 10:11:14 AM tea.Pot pour
INFO: stopped
`
	if got := messages(log, &logline.Options{Level: logbook.LevelError}); got != "no tea" {
		t.Errorf("got %q", got)
	}
}

// The text of .NET's console is below its header, and an exception below the text.
func TestDotnetException(t *testing.T) {
	const log = "fail: Shop.Tea[7]\n      Cannot brew.\n      Is there water?\n" +
		"      System.ComponentModel.Win32Exception (0x80004005): no tea\n         at Shop.Tea.Brew(Pot pot) in /srv/tea.cs:line 12\n" +
		"info: Shop.Tea[8]\n      brewed\n"
	var got []string
	for l := range logline.Read(strings.NewReader(log), nil) {
		got = append(got, l.Message, l.Err, l.Stack)
	}
	want := []string{"Cannot brew.\nIs there water?", "System.ComponentModel.Win32Exception (0x80004005): no tea",
		"System.ComponentModel.Win32Exception (0x80004005): no tea\n   at Shop.Tea.Brew(Pot pot) in /srv/tea.cs:line 12", "brewed", "", ""}
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

// A stack belongs to the error before it. After another record it is an error of its own, which
// no level hides.
func TestStacks(t *testing.T) {
	for name, stack := range map[string]string{
		"Java":   "tea.PotException: no tea\n\tat tea.Pot.pour(Pot.java:7)\nCaused by: java.io.IOException: closed\n\t... 3 more",
		"Python": "Traceback (most recent call last):\n  File \"tea.py\", line 7, in pour\n    pot.pour()\nTeaError: no tea",
		"a group of Python": "  + Exception Group Traceback (most recent call last):\n  |   File \"tea.py\", line 7, in pour\n" +
			"  | ExceptionGroup: no tea (1 sub-exception)\n  +-+---------------- 1 ----------------\n    | TeaError: no tea\n    +------------------------------------",
		".NET":        "Tea.PotException: no tea\n   at Tea.Pot.Pour() in /srv/Pot.cs:line 7\n   --- End of inner exception stack trace ---\n   at Tea.Main()",
		"Ruby":        "/srv/tea.rb:7:in `pour': no tea (TeaError)\n\tfrom /srv/tea.rb:12:in `<main>'",
		"Ruby 3.4":    "/srv/tea.rb:7:in 'Pot#pour': no tea (TeaError)\n\tfrom /srv/tea.rb:12:in '<main>'",
		"Java's main": "Exception in thread \"main\" tea.PotException: no tea\n\tat tea.Pot.pour(Pot.java:7)",
	} {
		const info, err = "2026-03-05 10:11:12,123 INFO brewing\n", "2026-03-05 10:11:13,123 ERROR failed\n"
		read := func(log string) []string {
			var got []string
			for l := range logline.Read(strings.NewReader(log), &logline.Options{Level: logbook.LevelError}) {
				if l.Level != logbook.LevelError || l.Stack == "" {
					t.Errorf("%s: got %s %q with the stack %q", name, l.Level, l.Message, l.Stack)
				}
				got = append(got, l.Raw)
			}
			return got
		}
		if got := read(err + stack + "\n" + info); !slices.Equal(got, []string{err + stack}) {
			t.Errorf("%s, of an error: got %q", name, got)
		}
		if got := read(info + stack + "\n" + info); !slices.Equal(got, []string{stack}) {
			t.Errorf("%s, after another record: got %q", name, got)
		}
	}
}

// The closing brackets of a JavaScript error's fields and the frames of a Ruby exception belong to
// the record.
func TestEndsOfStacks(t *testing.T) {
	for name, stack := range map[string]string{
		"JavaScript": "    at pour (/srv/tea.js:7:1) {\n  code: 'ENOTEA',\n  [cause]: Error: closed\n      at open (/srv/pot.js:1:1)\n}",
		"Ruby":       "/srv/tea.rb:7:in `pour'\n/srv/tea.rb:12:in `<main>'",
	} {
		log := "2026-03-05 10:11:13,123 ERROR failed\n" + stack
		n := 0
		for l := range logline.Read(strings.NewReader(log), nil) {
			if n++; l.Raw != log || l.Stack != stack {
				t.Errorf("%s: got %q with the stack %q", name, l.Raw, l.Stack)
			}
		}
		if n != 1 {
			t.Errorf("%s: %d records", name, n)
		}
	}
}
