//go:build integration && zmq && unix

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
	"github.com/logbook-go/logbook/queues/zeromq"
)

// BenchmarkCollect pushes records over ZeroMQ to the program, which writes them to a JSON
// file. It reports the processor time that the program takes for a record. Run it with
// -benchtime 200000x, so that the start of the program does not count much.
func BenchmarkCollect(b *testing.B) {
	dir, err := os.MkdirTemp("", "lb")
	if err != nil {
		b.Fatal(err)
	}
	defer os.RemoveAll(dir)
	cmd := command(b, "collect", "--from", "zmq-pull:"+filepath.Join(dir, "z"), "--to", "json:"+filepath.Join(dir, "all.json"), "--overflow", "block")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	h, err := zeromq.NewHandler("ipc://"+filepath.Join(dir, "z"), &zeromq.HandlerOptions{Push: true, Overflow: queues.Block})
	if err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	start := time.Now()
	logbook.InGoroutine(func() {
		for i := range b.N {
			logbook.Info("order {order} is paid", "order", i)
		}
	}, h)
	if err := h.Close(b.Context()); err != nil {
		b.Error(err)
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		b.Error(err)
	}
	if err := cmd.Wait(); err != nil {
		b.Errorf("%v\n%s", err, stderr.String())
	}
	b.ReportMetric(float64(b.N)/time.Since(start).Seconds(), "records/s")
	b.ReportMetric(float64(cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime())/float64(b.N), "cpu-ns/record")
}
