package socket

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logline"
)

// decode returns the record of a frame. A line without a channel gets the name of the
// format. now is the time of a record without one, in the zone of times without one.
func decode(f Format, frame []byte, now time.Time, relativeCreated bool) (*logbook.Record, error) {
	r, err := decodeFormat(f, frame, now, relativeCreated)
	if err != nil {
		return nil, fmt.Errorf("%v: %w", f, err)
	}
	return r, nil
}

func decodeFormat(f Format, frame []byte, now time.Time, relativeCreated bool) (*logbook.Record, error) {
	var l logline.Line
	switch f {
	case JSON:
		var ok bool
		if l, ok = logline.ParseJSON(frame, now); !ok {
			return nil, errors.New("not a JSON object with members, or too deep")
		}
	case Syslog:
		l = logline.ParseSyslog(frame, now)
	case Pickle:
		return decodePickle(frame, relativeCreated)
	case Alarm:
		var err error
		if l, err = logline.ParseAlarm(frame, now); err != nil {
			return nil, err
		}
	}
	return l.Record(now, f.String())
}

// payload returns the frame in a datagram.
func payload(f Format, b []byte) ([]byte, error) {
	if f != Pickle {
		return bytes.TrimRight(b, "\r\n"), nil
	}
	if len(b) < 4 || uint64(binary.BigEndian.Uint32(b)) != uint64(len(b)-4) {
		return nil, errors.New("pickle: a datagram without its length")
	}
	return b[4:], nil
}
