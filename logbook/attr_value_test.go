package logbook_test

import (
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/logbook"
)

// The output of a record is limited in size, and cuts are marked.
func TestSizesAreLimited(t *testing.T) {
	huge := strings.Repeat("ä", 2<<20)
	var attrs []slog.Attr
	for range 100 {
		attrs = append(attrs, slog.String("k", huge))
	}
	r := logbook.NewRecord(logbook.RecordData{Message: huge, Attrs: attrs, Cause: errors.New(huge)})
	const limit = 8 << 20
	for name, f := range map[string]logbook.Formatter{
		"json": logbook.JSON(nil), "logfmt": logbook.Logfmt(nil), "console": logbook.Console(nil), "text": logbook.MustFormat(logbook.DefaultFormat),
	} {
		b, err := f.AppendFormat(nil, r)
		if err != nil || len(b) > limit {
			t.Errorf("%s: %d bytes, %v", name, len(b), err)
		}
		for _, mark := range []string{"...(cut)", "!CUT"} {
			if !strings.Contains(string(b), mark) {
				t.Errorf("%s: no mark %s", name, mark)
			}
		}
		if name == "json" && !json.Valid(b) {
			t.Error("the cut record is not valid JSON")
		}
	}
}
