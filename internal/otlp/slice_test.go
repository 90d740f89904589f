package otlp_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"testing"

	"github.com/logbook-go/logbook/internal/otlp"
	"github.com/logbook-go/logbook/logbook"
)

// A slice of a request has some of its records, and all else.
func TestAppendSlice(t *testing.T) {
	var rs []*logbook.Record
	for i := range 9 {
		rs = append(rs, logbook.NewRecord(logbook.RecordData{
			Time: at, Channel: fmt.Sprint("channel", i/2), Message: fmt.Sprint(i), PID: 1 + i/4, Attrs: []slog.Attr{slog.Int("n", i)},
		}))
	}
	body := new(otlp.Encoder).AppendRequest(nil, rs, nil)
	for from := range len(rs) + 1 {
		for to := from; to <= len(rs); to++ {
			got, err := otlp.DecodeRequest(otlp.AppendSlice(nil, body, from, to))
			if err != nil || len(got) != to-from {
				t.Fatalf("%d to %d: %d records, %v", from, to, len(got), err)
			}
			for i, r := range got {
				equal(t, r, rs[from+i])
			}
		}
	}
	if got := otlp.AppendSlice([]byte("x"), body, 0, len(rs)); !bytes.Equal(got, append([]byte("x"), body...)) {
		t.Errorf("all of %q is %q", body, got)
	}
}
