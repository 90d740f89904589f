package socket

import (
	"errors"
	"fmt"
	"log/slog"
	"math"
	"strings"
	"time"

	"github.com/logbook-go/logbook/internal/pickle"
	"github.com/logbook-go/logbook/internal/pyjson"
	"github.com/logbook-go/logbook/logbook"
)

// decodePickle returns the record of a frame of Python's SocketHandler, without its length:
// the pickled dict of a logging.LogRecord. The error is a [*logbook.WireError], and wraps
// the decoder's.
//
//	name              the channel
//	levelno           the level; see pythonLevels
//	msg               the message; Python has formatted it
//	created           the time, in UTC with microseconds
//	process, thread   process id, and thread id in place of the goroutine's
//	pathname, lineno, module, funcName
//	                  the place of the call; filename if there is no pathname
//	exc_text          the error: its traceback, and type and message as found in it
//
// What the sender added to the record are the call's attributes. Further fields of Python
// are those of processors, under Python's names: threadName and processName, except for
// those of the main ones, taskName, stack_info, args if they are not formatted yet, and
// levelno and levelname of levels that pythonLevels does not have. msecs is left out, and
// relativeCreated, too, unless it is asked for; see [ListenOptions].
func decodePickle(frame []byte, relativeCreated bool) (*logbook.Record, error) {
	v, err := pickle.Decode(frame)
	if err != nil {
		return nil, &logbook.WireError{Err: err}
	}
	d, ok := v.(*pickle.Dict)
	if !ok {
		return nil, &logbook.WireError{Err: fmt.Errorf("got %s, want a dict", pickleKind(v))}
	}
	p := pythonRecord{relativeCreated: relativeCreated}
	for _, item := range d.Items {
		key, ok := item.Key.(string)
		if !ok {
			key = fmt.Sprint(element(item.Key))
		}
		if err := p.set(key, item.Value); err != nil {
			return nil, &logbook.WireError{Key: key, Err: err}
		}
	}
	return p.record()
}

// pythonRecord has the fields of a logging.LogRecord.
type pythonRecord struct {
	name, msg, levelname, pathname, filename, module, funcName, exc string

	created                          float64
	level, lineno, process, thread   int64
	hasMessage, hasLevel, hasCreated bool
	relativeCreated                  bool // to be kept

	attrs, extra []slog.Attr
}

// set sets a field.
func (p *pythonRecord) set(key string, v any) (err error) {
	switch key {
	case "name":
		p.name, err = pythonText(v)
	case "msg":
		p.hasMessage = true
		if s, ok := v.(string); ok {
			p.msg = s
		} else {
			p.msg = fmt.Sprint(element(v))
		}
	case "levelname":
		p.levelname, err = pythonText(v)
	case "levelno":
		p.level, err = pythonInt(v)
		p.hasLevel = v != nil
	case "pathname":
		p.pathname, err = pythonText(v)
	case "filename":
		p.filename, err = pythonText(v)
	case "module":
		p.module, err = pythonText(v)
	case "funcName":
		p.funcName, err = pythonText(v)
	case "exc_text":
		p.exc, err = pythonText(v)
	case "created":
		p.hasCreated = v != nil
		switch v := v.(type) {
		case nil:
		case float64:
			p.created = v
		case int64:
			p.created = float64(v)
		default:
			err = fmt.Errorf("got %s, want a float", pickleKind(v))
		}
	case "lineno":
		p.lineno, err = pythonInt(v)
	case "process":
		p.process, err = pythonInt(v)
	case "thread":
		p.thread, err = pythonInt(v)
	case "relativeCreated":
		if ms, ok := v.(float64); ok && p.relativeCreated {
			p.extra = append(p.extra, slog.Int64(key, int64(ms)))
		}
	case "exc_info", "msecs", "message", "asctime":
	case "threadName", "processName":
		if v != nil && v != "MainThread" && v != "MainProcess" {
			p.extra = append(p.extra, slog.Attr{Key: key, Value: fromPickle(v)})
		}
	case "args", "taskName", "stack_info":
		if l, ok := v.(*pickle.List); v != nil && !(ok && len(l.Items) == 0) {
			p.extra = append(p.extra, slog.Attr{Key: key, Value: fromPickle(v)})
		}
	default:
		p.attrs = append(p.attrs, slog.Attr{Key: key, Value: fromPickle(v)})
	}
	return err
}

// record returns the record. A field that it needs may be missing.
func (p *pythonRecord) record() (*logbook.Record, error) {
	d := logbook.RecordData{Channel: p.name, Message: p.msg, Attrs: p.attrs, Extra: p.extra, PID: -1}
	switch {
	case !p.hasMessage:
		return nil, &logbook.WireError{Key: "msg", Err: errMissing}
	case !p.hasLevel:
		return nil, &logbook.WireError{Key: "levelno", Err: errMissing}
	case !p.hasCreated:
		return nil, &logbook.WireError{Key: "created", Err: errMissing}
	}
	var err error
	if d.Time, err = pythonTime(p.created); err != nil {
		return nil, &logbook.WireError{Key: "created", Err: err}
	}
	exact := false
	if d.Level, exact = fromPythonLevel(p.level, p.levelname); !exact {
		d.Extra = append(d.Extra, slog.Int64("levelno", p.level), slog.String("levelname", p.levelname))
	}
	if p.process > 0 && p.process <= math.MaxInt32 {
		d.PID = int(p.process)
	}
	d.Goroutine = uint64(max(p.thread, 0))
	if p.pathname == "" {
		p.pathname = p.filename
	}
	if p.pathname != "" {
		if p.module != "" && p.funcName != "" {
			p.funcName = p.module + "." + p.funcName
		}
		d.Source = &slog.Source{File: p.pathname, Line: int(min(max(p.lineno, 0), math.MaxInt32)), Function: p.funcName}
	}
	if p.exc != "" {
		d.Error = errorOfTraceback(p.exc)
	}
	return logbook.NewRecord(d), nil
}

var errMissing = errors.New("missing")

// pythonText returns a text field, or "" for None.
func pythonText(v any) (string, error) {
	switch v := v.(type) {
	case nil:
		return "", nil
	case string:
		return v, nil
	}
	return "", fmt.Errorf("got %s, want a str", pickleKind(v))
}

// pythonInt returns an integer field, or 0 for None.
func pythonInt(v any) (int64, error) {
	switch v := v.(type) {
	case nil:
		return 0, nil
	case int64:
		return v, nil
	}
	return 0, fmt.Errorf("got %s, want an int of 64 bits", pickleKind(v))
}

// pythonTime returns the time of a number of seconds, rounded as Python does.
func pythonTime(seconds float64) (time.Time, error) {
	const first, end = -62135596800, 253402300800 // of the years 1 and 10000
	if !(seconds >= first && seconds < end) {
		return time.Time{}, fmt.Errorf("invalid time %v: want the years 1 to 9999", seconds)
	}
	whole := math.Floor(seconds)
	micros := math.RoundToEven((seconds - whole) * 1e6)
	return time.Unix(int64(whole), int64(micros)*1000).UTC(), nil
}

// errorOfTraceback returns the error of a traceback that Python printed: its type and
// message are in the first line after the last stack that is not indented.
func errorOfTraceback(text string) *logbook.ErrorInfo {
	info := &logbook.ErrorInfo{Trace: text}
	last := text
	if i := strings.LastIndex(text, "Traceback (most recent call last):\n"); i >= 0 {
		last = text[i:]
		_, last, _ = strings.Cut(last, "\n")
	}
	for last != "" && (last[0] == ' ' || last[0] == '\n') {
		_, last, _ = strings.Cut(last, "\n")
	}
	line, _, _ := strings.Cut(last, "\n")
	if name, _, ok := strings.Cut(line, ":"); ok && name != "" && !strings.ContainsAny(name, " \t") {
		info.Type, info.Message = name, strings.TrimPrefix(last[len(name)+1:], " ")
	} else if line != "" && !strings.Contains(line, " ") {
		info.Type, info.Message = line, strings.TrimPrefix(last[len(line):], "\n")
	} else {
		info.Message = last
	}
	return info
}

// pythonLevels are the levels of Python's logging, the highest first. 5, 25 and 27 are not
// its own: 25 is lab_utils' SUCCESS, and TRACE is usually 5. Numbers between them count as
// the next lower one.
var pythonLevels = []struct {
	number int64
	level  logbook.Level
}{
	{50, logbook.LevelCritical},
	{40, logbook.LevelError},
	{30, logbook.LevelWarn},
	{27, logbook.LevelNotice},
	{25, logbook.LevelSuccess},
	{20, logbook.LevelInfo},
	{10, logbook.LevelDebug},
	{5, logbook.LevelTrace},
	{math.MinInt64, logbook.LevelNotSet},
}

// fromPythonLevel returns the level of a number, and whether number and name say no more
// than that. A Python program may give a level another name.
func fromPythonLevel(number int64, name string) (l logbook.Level, exact bool) {
	for _, p := range pythonLevels {
		if number >= p.number {
			return p.level, number == p.number && name == p.level.String()
		}
	}
	return logbook.LevelNotSet, false
}

// fromPickle converts a value to an attribute's value. Dicts become groups, except those
// that groups cannot represent: empty ones, and those in lists.
func fromPickle(v any) slog.Value {
	d, ok := v.(*pickle.Dict)
	if !ok || len(d.Items) == 0 {
		if f, ok := v.(float64); ok {
			return slog.Float64Value(f)
		}
		return slog.AnyValue(element(v))
	}
	attrs := make([]slog.Attr, len(d.Items))
	for i, item := range d.Items {
		key, ok := item.Key.(string)
		if !ok {
			key = fmt.Sprint(element(item.Key))
		}
		attrs[i] = slog.Attr{Key: key, Value: fromPickle(item.Value)}
	}
	return slog.GroupValue(attrs...)
}

// element converts a value to one that encoding/json writes. Objects become their names
// in angle brackets.
func element(v any) any {
	switch v := v.(type) {
	case *pickle.List:
		list := make([]any, len(v.Items))
		for i, item := range v.Items {
			list[i] = element(item)
		}
		return list
	case *pickle.Dict:
		m := make(map[string]any, len(v.Items))
		for _, item := range v.Items {
			m[fmt.Sprint(element(item.Key))] = element(item.Value)
		}
		return m
	case pickle.Object:
		return "<" + string(v) + ">"
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return string(pyjson.AppendFloat(nil, v)) // encoding/json refuses them
		}
	}
	return v
}

// pickleKind returns the Python type of a value for an error.
func pickleKind(v any) string {
	switch v := v.(type) {
	case nil:
		return "None"
	case bool:
		return "a bool"
	case string:
		return "a str"
	case []byte:
		return "bytes"
	case float64:
		return "a float"
	case *pickle.List:
		return "a list"
	case *pickle.Dict:
		return "a dict"
	case pickle.Object:
		return "<" + string(v) + ">"
	}
	return "an int"
}

// toPythonLevel returns the number of a level, or of the next lower one that has a number.
func toPythonLevel(l logbook.Level) int64 {
	for _, p := range pythonLevels {
		if l >= p.level && p.number > 0 {
			return p.number
		}
	}
	return 1 // below TRACE; 0 is NOTSET
}
