package logbook

import (
	"strconv"
	"time"

	"github.com/logbook-go/logbook/internal/encode"
)

// appendTime appends a record's time as a JSON value.
func (f *jsonFormatter) appendTime(b []byte, t time.Time) []byte {
	switch f.TimeLayout {
	case "":
		return append(lineTimes.AppendRFC3339(append(b, '"'), t), '"')
	case JSONTimeNano:
		return append(encode.AppendRFC3339(append(b, '"'), t), '"')
	case JSONTimeUnix:
		return encode.AppendJSONFloat(b, float64(t.Unix())+float64(t.Nanosecond())/1e9)
	case JSONTimeUnixNano:
		return append(strconv.AppendInt(append(b, '"'), t.UnixNano(), 10), '"')
	}
	var space [64]byte
	return encode.AppendJSONString(b, appendLayout(space[:0], t, f.TimeLayout))
}
