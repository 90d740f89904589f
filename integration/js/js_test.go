package js_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/logbook-go/logbook/internal/leaktest"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues/otlp"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// run runs a program in a directory.
func run(t *testing.T, dir, name string, args ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
}

// Both exporters deliver every record once, in order, though the first request of each is
// refused for the moment.
func TestExporters(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"package.json", "send.js"} {
		b, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run(t, dir, "npm", "install", "--no-audit", "--no-fund", "--loglevel=error")

	s, err := otlp.Listen("tcp://127.0.0.1:0", &otlp.ListenOptions{Tokens: []string{"hunter2"}})
	if err != nil {
		t.Fatal(err)
	}
	var records []*logbook.Record
	var notices []string
	done := make(chan struct{})
	go func() {
		defer close(done)
		returned := 0
		for {
			d, err := s.Receive(context.Background())
			switch {
			case err != nil:
				return
			case d.Ack == nil:
				notices = append(notices, d.Records[0].Message())
			case len(records) == returned*1002 && returned < 2:
				returned++
				d.Done(errors.New("not now"))
			default:
				records = append(records, d.Records...)
				d.Done(nil)
			}
		}
	}()
	run(t, dir, "node", "send.js", "http://"+s.Addr().String()+"/v1/logs")
	if err := s.Close(t.Context()); err != nil {
		t.Error(err)
	}
	<-done
	if len(records) != 2004 {
		t.Fatalf("%d records, %q, %v", len(records), notices, s.Stats())
	}
	if st := s.Stats(); st.Count("busy") != 2 || st.Count("refused_malformed") > 0 {
		t.Errorf("%v", st)
	}
	for i, name := range []string{"exporter-logs-otlp-http", "exporter-logs-otlp-proto"} {
		rs := records[i*1002:][:1002]
		d := rs[0].Data()
		if d.Message != name+": sold out \u2603" || d.Channel != "cart" || d.Level != logbook.LevelWarn+1 || !d.Time.Equal(time.Date(2026, 2, 3, 4, 5, 6, 789e6, time.UTC)) {
			t.Errorf("%s: %+v", name, d)
		}
		attrs := make(map[string]string)
		for a := range rs[0].Attrs {
			attrs[a.Key] = a.Value.String()
		}
		inf, nan := "-Inf", "NaN"
		if i == 0 { // JSON has neither
			inf = "NaN"
		}
		for key, want := range map[string]string{
			"int": "12", "big": "1099511627776", "float": "0.5", "nan": nan, "inf": inf, "yes": "true", "surrogate": "a\ufffdb", "list": "[1 x <nil>]",
			"map": "[inner=[k=v]]", "bytes": "[0 255]", "trace_id": "0af7651916cd43dd8448eb211c80319c", "span_id": "b7ad6b7169203331", "trace_flags": "1",
		} {
			if got := attrs[key]; got != want {
				t.Errorf("%s: %s is %s, want %s", name, key, got, want)
			}
		}
		d = rs[1].Data()
		if d.Level != logbook.LevelError || d.Error == nil || d.Error.Type != "TypeError" || d.Error.Message != "x is undefined" || d.Error.Trace == "" {
			t.Errorf("%s: %+v", name, d)
		}
		if d.Message != `{"code":7,"event":"failed"}` {
			t.Errorf("%s: message %q", name, d.Message)
		}
		for n, r := range rs[2:] {
			if want := fmt.Sprint(name, " ", n); r.Message() != want || r.Level() != logbook.LevelInfo {
				t.Fatalf("%v %q, want %q", r.Level(), r.Message(), want)
			}
		}
	}
}
