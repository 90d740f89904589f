package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/logbook-go/logbook/logbook"
)

// metricsServer serves the counts of a collector.
type metricsServer struct{ server *http.Server }

// serveMetrics serves until close.
func serveMetrics(l net.Listener, c *collector) *metricsServer {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		c.writeMetrics(w)
	})
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		if c.stopping.Load() {
			http.Error(w, "stopping", http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ok")
	})
	s := &metricsServer{&http.Server{Handler: mux, ReadTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10}}
	complain(c.stderr, "serving http://%s/metrics", l.Addr())
	go func() { _ = s.server.Serve(l) }() // it fails when it is closed
	return s
}

// close ends the requests in progress after a short time.
func (s *metricsServer) close() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if s.server.Shutdown(ctx) != nil {
		_ = s.server.Close()
	}
}

// metric is a metric in the text format of Prometheus.
type metric struct {
	name, help, kind string
	samples          []string
}

func (m *metric) add(value uint64, labels ...string) {
	var b strings.Builder
	b.WriteString(m.name)
	for i := 0; i < len(labels); i += 2 {
		b.WriteString([]string{"{", ","}[min(i, 1)])
		b.WriteString(labels[i] + `="` + labelValue.Replace(labels[i+1]) + `"`)
	}
	if len(labels) > 0 {
		b.WriteByte('}')
	}
	m.samples = append(m.samples, fmt.Sprintf("%s %d\n", b.String(), value))
}

// labelValue escapes the value of a label.
var labelValue = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

// writeMetrics writes all counts.
func (c *collector) writeMetrics(w io.Writer) {
	c.mu.Lock()
	config, sources, store := c.config, c.sources, c.store
	c.mu.Unlock()
	received := &metric{name: "logbook_collected_records_total", help: "Records received from all sources.", kind: "counter"}
	received.add(c.collected())
	failures := &metric{name: "logbook_failures_total", help: "Failures of sinks that were reported.", kind: "counter"}
	failures.add(c.failures.Load())
	records := &metric{name: "logbook_records_total", help: "Records of each part of a source or sink, by what became of them.", kind: "counter"}
	held := &metric{name: "logbook_held_records", help: "Records that wait in a part.", kind: "gauge"}
	events := &metric{name: "logbook_events_total", help: "Other counts of a part.", kind: "counter"}
	add := func(kind, name string, part any, stats logbook.Stats) {
		labels := []string{"kind", kind, "name", name, "part", strings.TrimPrefix(fmt.Sprintf("%T", part), "*")}
		for _, n := range []logbook.Counter{{Name: "handled", Value: stats.Handled}, {Name: "suppressed", Value: stats.Suppressed}, {Name: "dropped", Value: stats.Dropped}} {
			records.add(n.Value, append(labels, "result", n.Name)...)
		}
		held.add(uint64(stats.Held), labels...)
		for _, n := range stats.Counters {
			events.add(n.Value, append(labels, "event", n.Name)...)
		}
	}
	for _, s := range sources {
		if r, ok := s.Subscriber.(logbook.StatsReporter); ok {
			add("source", s.Name(), s.Subscriber, r.Stats())
		}
	}
	for _, s := range config.Stats() {
		add("sink", s.Sink, s.Handler, s.Stats)
	}
	all := []*metric{received, failures, records, held, events}
	if store != nil {
		add("spool", c.spoolDir, store.log, store.log.Stats())
		all = append(all, store.metrics()...)
	}
	for _, m := range all {
		if len(m.samples) > 0 {
			_, _ = fmt.Fprintf(w, "# HELP %s %s\n# TYPE %s %s\n%s", m.name, m.help, m.name, m.kind, strings.Join(m.samples, ""))
		}
	}
}
