package logline

import (
	"strings"
	"time"

	"github.com/logbook-go/logbook/logbook"
)

// minio parses the first line of an error of MinIO, whose fields and stack follow:
//
//	API: PutObject(bucket=tea, object=pot)
//	Time: 10:11:12 UTC 03/05/2026
//	DeploymentID: 90cce98d-51e3-471b-9c05-88b81c17c274
//	Error: no tea (*errors.errorString)
//	       1: cmd/tea.go:12:cmd.pour()
func (p *parser) minio(s string) (Line, bool) {
	call, ok := strings.CutPrefix(s, "API: ")
	name, _, isCall := strings.Cut(call, "(")
	if !ok || !isCall || !isName(name) || !isUpper(name[0]) || call[len(call)-1] != ')' {
		return Line{}, false
	}
	at := parser{now: p.now}
	l := Line{Message: s}
	l.more = func(l *Line, s string) (string, bool) {
		name, value, ok := strings.Cut(s, ": ")
		if !ok || !isName(name) {
			return "", false
		}
		switch t, isTime := at.minioTime(value); {
		case name == "Error":
			l.attr("API", call)
			l.Level, l.HasLevel, l.Message, l.more = logbook.LevelError, true, value, nil
		case name == "Time" && isTime:
			l.Time = t
		default:
			l.attr(name, value)
		}
		return "", true
	}
	return l, true
}

// minioTime parses "10:11:12 UTC 03/05/2026".
func (p *parser) minioTime(s string) (time.Time, bool) {
	c, ok := clock(s)
	if !ok || len(s) < len("10:11:12 UTC 03/05/2026") {
		return time.Time{}, false
	}
	zone, n := p.stampZone(s[c.len:])
	date, ok := strings.CutPrefix(s[c.len+n:], " ")
	if zone == nil || !ok {
		return time.Time{}, false
	}
	t, err := time.Parse("01/02/2006", date)
	return c.on(t.Year(), int(t.Month()), t.Day(), zone), err == nil
}
