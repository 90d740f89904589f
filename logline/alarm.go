package logline

import (
	"errors"
	"log/slog"
	"strings"
	"time"

	"github.com/logbook-go/logbook/internal/words"
)

// ParseAlarm parses a line as lab_utils' loggers send it to a daemon:
//
//	name --date {..} --level {..} --app {..} --module {..} --function {..} --message {..}
//
// The name is the channel. Date and level are attributes if they are not understood, as
// all other options are. See package words for the braces. lab_utils does not escape
// them: a last --message with braces that do not match extends to the end of the line.
// now is as for [Parse].
func ParseAlarm(line []byte, now time.Time) (Line, error) {
	s := strings.Trim(string(line), " \t\r\n")
	list, err := words.Braces.Split(s)
	if err == nil {
		if l, ok := alarm(list, now); ok {
			return l, nil
		}
		err = errAlarm
	}
	const message = " --message {"
	i := strings.Index(s, message)
	if i < 0 || !strings.HasSuffix(s, "}") {
		return Line{}, err
	}
	if list, err = words.Braces.Split(s[:i]); err != nil {
		return Line{}, err
	}
	if l, ok := alarm(append(list, words.Word{Text: "--message"}, words.Word{Text: words.Unescape(s[i+len(message) : len(s)-1])}), now); ok {
		return l, nil
	}
	return Line{}, errAlarm
}

var errAlarm = errors.New("want NAME, and options with values, --message among them")

func alarm(list []words.Word, now time.Time) (l Line, ok bool) {
	if len(list) == 0 || list[0].Text == "" || strings.HasPrefix(list[0].Text, "--") {
		return Line{}, false
	}
	p := parser{now: now}
	l = Line{Format: Alarm, Channel: list[0].Text}
	hasMessage := false
	for list = list[1:]; len(list) > 0; {
		option, ok := strings.CutPrefix(list[0].Text, "--")
		option, value, joined := strings.Cut(option, "=")
		switch {
		case !ok || list[0].Group || option == "" || !joined && len(list) == 1:
			return Line{}, false
		case joined:
			list = list[1:]
		default:
			value, list = list[1].Text, list[2:]
		}
		switch option {
		case "message":
			l.Message, hasMessage = value, true
			continue
		case "date":
			if t, ok := p.fieldTime(slog.StringValue(value)); ok {
				l.Time = t
				continue
			}
		case "level":
			if level, ok := levelName(value); ok {
				l.Level, l.HasLevel = level, true
				continue
			}
		}
		l.Attrs = append(l.Attrs, slog.String(option, value))
	}
	return l, hasMessage
}
