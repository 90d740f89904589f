package logline_test

import (
	"cmp"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logline"
)

// A wordCount holds how often words occur. A word is a run of letters, or of digits, without
// leading zeros.
type wordCount map[string]int

var (
	colorCodes = regexp.MustCompile("\x1b\\[[0-9;:]*[mK]")
	escapes    = regexp.MustCompile(`\\(u[0-9a-fA-F]{4}|[bfnrtv])`)
	exponents  = regexp.MustCompile(`[0-9]+(\.[0-9]+)?e[-+]?[0-9]+`)
)

// add counts the words of a text. Escaped characters and numbers have no effect by their form.
func (c wordCount) add(text string) {
	if strings.Contains(text, `\`) {
		text = escapes.ReplaceAllStringFunc(text, unescape)
	}
	text = colorCodes.ReplaceAllString(text, "")
	if strings.Contains(text, "e") {
		text = exponents.ReplaceAllStringFunc(text, withoutExponent)
	}
	start, kind := 0, 0
	for i, r := range text + " " {
		k := 0
		switch {
		case unicode.IsDigit(r):
			k = 1
		case unicode.IsLetter(r):
			k = 2
		}
		if k != kind {
			switch kind {
			case 1:
				c[cmp.Or(strings.TrimLeft(text[start:i], "0"), "0")]++
			case 2:
				c[text[start:i]]++
			}
			start, kind = i, k
		}
	}
}

func unescape(s string) string {
	if s[1] != 'u' {
		return " "
	}
	n, _ := strconv.ParseUint(s[2:], 16, 16)
	return string(rune(n))
}

func withoutExponent(s string) string {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || f == 0 {
		return s
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

func (c wordCount) addAttrs(attrs []slog.Attr) {
	for _, a := range attrs {
		c.add(a.Key)
		switch a.Value.Kind() {
		case slog.KindGroup:
			c.addAttrs(a.Value.Group())
		case slog.KindFloat64:
			c.add(showValue(a.Value)) // 1.0, not 1
		case slog.KindTime: // see lostWords
		default:
			c.add(strings.ReplaceAll(fmt.Sprint(a.Value.Any()), "<nil>", "null"))
		}
	}
}

// take removes a word once, and reports whether it was there.
func (c wordCount) take(word string) bool {
	if c[word] == 0 {
		return false
	}
	if c[word]--; c[word] == 0 {
		delete(c, word)
	}
	return true
}

// lostWords returns the words of a line that are not in its record. Words that state the time or
// the level need not be there, nor those of a format's syntax, if the record has what they mean.
func lostWords(line string, l *logline.Line) []string {
	lost := wordCount{}
	lost.add(line)
	has := wordCount{}
	has.add(l.Message)
	has.add(l.Channel)
	has.add(l.Err)
	has.add(l.Stack)
	has.addAttrs(l.Attrs)
	has.add(strconv.Itoa(l.PID)) // 0 is no process
	if s := l.Source; s != nil {
		has.add(fmt.Sprint(s.File, " ", s.Line, " ", s.Function))
	}
	for w, n := range has {
		for range n {
			lost.take(w)
		}
	}
	if len(lost) > 0 {
		lost.takeSyntax(line, l)
	}
	if len(lost) > 0 && !l.Time.IsZero() {
		lost.takeTime(l.Time)
		if len(lost) > 3 { // the header of a container or of syslog states it, too
			lost.takeTime(l.Time)
		}
		for _, a := range l.Attrs {
			if a.Value.Kind() == slog.KindTime {
				lost.takeTime(a.Value.Time())
			}
		}
	}
	if len(lost) > 0 && l.HasLevel {
		lost.takeLevel(l.Level)
		for _, a := range l.Attrs { // a header's
			if level, err := logbook.ParseLevel(a.Value.String()); err == nil && a.Key == "severity" {
				lost.takeLevel(level)
			}
		}
	}
	var out []string
	for w, n := range lost {
		out = append(out, slices.Repeat([]string{w}, n)...)
	}
	slices.Sort(out)
	return out
}

// syntax has words that lines of a format have in addition to those of their content.
var syntax = map[string][]string{
	"docker":       {"log", "time"},
	"cri":          {"F"},
	"apache-error": {"pid"},
	"layout":       {"in", "line", "on", "at"}, // Flask; Server.java (line 12); bunyan; 2026-03-05 at 10:11:12
	"ruby":         {"D", "I", "W", "E", "F", "A"},
	"nest":         {"Nest"},
	"chi":          {"from", "in", "B"},
	"mongodb-json": {"t", "date", "s", "c", "msg"},
	"journal-json": {"REALTIME", "TIMESTAMP", "PRIORITY", "SYSLOG", "IDENTIFIER", "MESSAGE"},
	"pino-pretty":  {"on"},
	"text":         {"1"}, // the version of syslog
	"ansible":      {"p", "u", "n"},
	"auditd":       {"audit"},
	"asterisk":     {"in"},
}

// takeSyntax removes the words of a format, and the names of fields that became a part of the
// line.
func (c wordCount) takeSyntax(line string, l *logline.Line) {
	words := syntax[l.Format]
	if strings.Contains(line, "__REALTIME_TIMESTAMP") {
		words = append(slices.Clone(words), syntax["journal-json"]...) // around a line of another format
	}
	if strings.Contains(line, `"stream":`) {
		words = append(slices.Clone(words), syntax["docker"]...)
	}
	if l.Stack != "" {
		words = append(words, "func", "line", "source") // of the frames that zerolog writes
	}
	for _, w := range words {
		for c.take(w) {
		}
	}
	if m := priority.FindStringSubmatch(line); m != nil {
		c.takePriority(m[1], l)
	}
	for key, has := range partOf {
		if !has(l) {
			continue
		}
		member := key[strings.LastIndexByte(key, '.')+1:]
		for _, k := range []string{key, member}[:1+min(1, len(key)-len(member))] {
			words := wordCount{}
			words.add(k)
			for range strings.Count(line, `"`+k) + strings.Count(line, k+"=") + strings.Count(line, k+":") {
				for w := range words {
					c.take(w)
				}
			}
		}
	}
}

// levelWords are the words for levels.
var levelWords = map[logbook.Level]string{
	logbook.LevelTrace:    " vrb trace trc trac trce t v silly ",
	logbook.LevelDebug:    " debug dbg dbug debu d verbose verb ddebug subdebug ",
	logbook.LevelInfo:     " info inf information i log note ",
	logbook.LevelSuccess:  " success ",
	logbook.LevelNotice:   " notice note n ",
	logbook.LevelWarn:     " warning warn wrn w ",
	logbook.LevelError:    " error err erro eror severe e fail ",
	logbook.LevelCritical: " critical crit fatal fata ftl panic pani pnc dpanic alert emerg emergency a c f ",
	logbook.LevelNotSet:   " notset ",
}

// takeLevel removes the words that state the level.
func (c wordCount) takeLevel(level logbook.Level) {
	for w := range c {
		for named, names := range levelWords {
			if !strings.Contains(names, " "+strings.ToLower(w)+" ") {
				continue
			}
			if named == level {
				c.take(w)
				return
			}
			if distance := strconv.Itoa(max(int(level-named), int(named-level))); c[distance] > 0 { // INFO+2
				c.take(w)
				c.take(distance)
				return
			}
		}
	}
	for w := range c {
		n, err := strconv.Atoi(w)
		if err == nil && (n >= 10 && n <= 60 && logbook.Level((n-30)*4/10) == level || n < 8 && syslogLevels[n] == level) {
			c.take(w)
			return
		}
	}
}

// priority matches the priority of a syslog message.
var priority = regexp.MustCompile(`^<([0-9]+)>`)

// takePriority removes the number of a priority.
func (c wordCount) takePriority(pri string, l *logline.Line) {
	n, _ := strconv.Atoi(pri)
	level := l.Level
	for _, a := range l.Attrs {
		if a.Key == "severity" {
			if i := slices.Index([]string{"emerg", "alert", "critical", "error", "warning", "notice", "info", "debug"}, a.Value.String()); i == n%8 {
				level = syslogLevels[i]
			}
		}
	}
	if level == syslogLevels[n%8] {
		c.take(cmp.Or(strings.TrimLeft(pri, "0"), "0"))
	}
}

var syslogLevels = [8]logbook.Level{logbook.LevelCritical, logbook.LevelCritical, logbook.LevelCritical, logbook.LevelError,
	logbook.LevelWarn, logbook.LevelNotice, logbook.LevelInfo, logbook.LevelDebug}

// takeTime removes the words that state the time, for each part of it one.
func (c wordCount) takeTime(t time.Time) {
	fraction := fmt.Sprintf("%09d", t.Nanosecond())
	zone := t.Format("-0700")[1:]
	parts := []string{
		t.Format("2006 06"), t.Format("Jan January 1"), "Mon Tue Wed Thu Fri Sat Sun", t.Format("Monday"), t.Format("2"),
		t.Format("15 3"), t.Format("4"), t.Format("5"), "T", t.Format("PM"),
		t.Format("MST z Z UTC GMT CET CEST"), zone + " " + zone[:2], zone[2:],
		t.Format("20060102 060102 0102"), t.Format("150405"), fmt.Sprint(t.Unix(), t.UnixMilli(), t.UnixMicro(), t.UnixNano()),
		strconv.Itoa(t.YearDay() - 1),
	}
	if t.Second() == 0 { // perhaps a leap second
		parts = append(parts, strings.Fields(t.Add(-time.Second).Format("2006 1 2 15 4 60"))...)
	}
	text := ""
	for n := 9; n > 0 && strings.Trim(fraction[n:], "0") == ""; n-- {
		text += " " + fraction[:n] + " " + fraction[min(n, 3):n]
	}
	for _, part := range append(parts, text) {
		for w := range strings.FieldsSeq(part) {
			if c.take(cmp.Or(strings.TrimLeft(w, "0"), "0")) {
				break
			}
		}
	}
	for w := range c { // digits after the nanoseconds
		if len(w) > 6 && (strings.HasPrefix(w, strings.TrimLeft(fraction, "0")) || strings.HasPrefix(w, strings.TrimLeft(fraction[3:], "0"))) {
			c.take(w)
		}
	}
}

// checkWords reports an error if a word of a line is not in its record.
func checkWords(t *testing.T, line string) {
	t.Helper()
	line = strings.TrimRight(line, "\r\n")
	l := logline.Parse([]byte(line), testNow)
	if lost := lostWords(line, &l); len(lost) > 0 {
		t.Errorf("%q of\n%s\nare not in\n%s", lost, line, show(l))
	}
}

// Each word of a sample is in its record.
func TestWordsOfSamples(t *testing.T) {
	for _, f := range logline.Formats() {
		for line := range strings.SplitSeq(f.Sample, "\n") {
			checkWords(t, line)
		}
	}
}

// Each word of a sample that was cut or changed anywhere is in its record.
func TestWordsOfChangedSamples(t *testing.T) {
	insertions := []string{" ", "zq", " zq ", "77", ":", "[", "]", "\"", "|", " - "}
	for n, line := range wordSamples() {
		for i := range min(len(line), 300) {
			checkWords(t, line[:i])
			checkWords(t, line[i:])
			checkWords(t, line[:i]+line[i+1:])
			checkWords(t, line[:i]+insertions[(n+i)%len(insertions)]+line[i:])
		}
	}
}

// wordSamples returns lines of all formats.
func wordSamples() (lines []string) {
	for _, f := range logline.Formats() {
		lines = append(lines, strings.Split(f.Sample, "\n")...)
	}
	for _, s := range slices.Concat(jsonSamples, logfmtSamples, textSamples, syslogSamples) {
		if s.name != "numbers" { // their digits are written in other ways
			lines = append(lines, s.line)
		}
	}
	return lines
}

// otherWays matches what can be written in many ways: numbers with an exponent, levels with an
// offset, and the zero time.
var otherWays = regexp.MustCompile(exponents.String() + `|[A-Za-z][-+][0-9]|0001-`)

func FuzzWords(f *testing.F) {
	for _, line := range wordSamples() {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		if strings.ContainsAny(line, "\n\\") || otherWays.MatchString(line) {
			return
		}
		checkWords(t, line)
	})
}
