package logline_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logline"
)

// A line of any format that the container's runtime has split is the same record as the whole
// line.
func TestSplitLines(t *testing.T) {
	const stamp = "2026-03-05T10:11:12.123456789Z"
	runtimes := map[string]func(text string, whole bool) string{
		"cri": func(text string, whole bool) string {
			if whole {
				return stamp + " stdout F " + text + "\n"
			}
			return stamp + " stdout P " + text + "\n"
		},
		"docker": func(text string, whole bool) string {
			if whole {
				text += "\n"
			}
			b, err := json.Marshal(text)
			if err != nil {
				t.Fatal(err)
			}
			return `{"log":` + string(b) + `,"stream":"stdout","time":"` + stamp + `"}` + "\n"
		},
	}
	read := func(log string) string {
		var got []string
		for l := range logline.Read(strings.NewReader(log), &logline.Options{Location: time.UTC}) {
			got = append(got, show(l))
		}
		return strings.Join(got, "\n")
	}
	for name, line := range runtimes {
		for _, f := range logline.Formats() {
			text, _, _ := strings.Cut(f.Sample, "\n")
			want := read(line(text, true))
			for i := 1; i < len(text); i += 1 + len(text)/10 {
				j := i + (len(text)-i)/2
				log := line(text[:i], false) + line(text[i:j], false) + line(text[j:], true)
				if got := read(log); got != want {
					t.Errorf("%s, %s split at %d and %d:\ngot  %s\nwant %s", name, f.Name, i, j, got, want)
				}
			}
		}
	}
}

// A level that is only in a further part of a line decides about the record.
func TestLevelInFurtherPart(t *testing.T) {
	const stamp = "2026-03-05T10:11:12.123456789Z stdout "
	log := stamp + `P {"msg":"low",` + "\n" + stamp + `F "level":"info"}` + "\n" +
		stamp + `P {"msg":"high",` + "\n" + stamp + `F "level":"error"}` + "\n"
	if got := messages(log, &logline.Options{Level: logbook.LevelError}); got != "high" {
		t.Errorf("got %q, want high", got)
	}
}

// Formats whose records have several lines have them in a container, too.
func TestRecordsOfSeveralLinesInContainer(t *testing.T) {
	const prefix = "2026-03-05T10:11:12.123456789Z stderr F "
	for _, log := range []string{
		"Start-Date: 2026-11-20  10:40:31\nCommandline: apt install tea\nEnd-Date: 2026-11-20  10:40:32",
		"Mar 5, 2026 10:11:12 AM app.Shop pay\nINFO: hello",
		"# Time: 2026-11-20T10:40:31.123456Z\n# Query_time: 1.5\nSELECT tea;",
	} {
		want := messages(log+"\n", nil)
		if got := messages(prefix+strings.ReplaceAll(log, "\n", "\n"+prefix)+"\n", nil); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// A line that the runtime has split is bounded by MaxLine, as other lines are. What a Flush has
// passed on has its rest in further pieces.
func TestLongSplitLines(t *testing.T) {
	const part = "2026-03-05T10:11:12.123456789Z stdout P "
	long := part + strings.Repeat("x", 60) + "\n" // longer than MaxLine
	for _, log := range []string{
		strings.Repeat(part+"xxxxxxxxx\n", 20),
		long + long + long,
		part + "a\n" + long + part + "b\n",
	} {
		n := 0
		w := logline.NewWriter(func(l logline.Line) { n += strings.Count(l.Raw, "x") }, &logline.Options{MaxLine: 64})
		w.Write([]byte(log[:len(log)/2]))
		w.Flush()
		w.Write([]byte(log[len(log)/2:]))
		w.Close()
		if want := strings.Count(log, "x"); n != want {
			t.Errorf("%q: got %d of %d characters", log, n, want)
		}
	}
	var got []string
	w := logline.NewWriter(func(l logline.Line) { got = append(got, l.Level.String()+l.Message) }, nil)
	w.Write([]byte(part + "ERROR a\n"))
	w.Flush()
	w.Write([]byte(strings.ReplaceAll(part, " P ", " F ") + "b\n"))
	w.Close()
	if g := strings.Join(got, "|"); g != "ERRORa|ERRORb" {
		t.Errorf("got %q", g)
	}
}

// Colors are removed from the text of a container, whatever its form.
func TestColorsInContainer(t *testing.T) {
	for text, want := range map[string]string{
		"\x1b[33mWARN\x1b[0m: no tea": `WARNING "no tea"`,
		"\x1b[33mno\x1b[0m tea":       `"no tea"`,
	} {
		quoted, err := json.Marshal(text + "\n")
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range []string{
			`{"log":` + string(quoted) + `,"stream":"stdout","time":"2026-03-05T10:11:12Z"}`,
			"2026-03-05T10:11:12Z stdout F " + text,
		} {
			_, got, _ := strings.Cut(show(logline.Parse([]byte(line), testNow)), "2026-03-05T10:11:12Z ")
			if got != want+` {stream="stdout"}` {
				t.Errorf("%s: got %s, want %s", line, got, want)
			}
		}
	}
}
