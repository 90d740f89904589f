//go:build cgo && zmq && !windows

package zeromq_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/pebbe/zmq4"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
	. "github.com/logbook-go/logbook/queues/zeromq"
)

// The transport, PUSH to PULL over tcp with the same bytes: this package's sockets, which
// never wait in C, should reach 0.9 of the speed of the binding's blocking calls.
func BenchmarkPushPull(b *testing.B) {
	frame, err := benchRecord().MarshalJSON()
	if err != nil {
		b.Fatal(err)
	}
	b.Run("binding", func(b *testing.B) {
		pull := bindingSocket(b, zmq4.PULL)
		if err := pull.Bind("tcp://127.0.0.1:*"); err != nil {
			b.Fatal(err)
		}
		address, err := pull.GetLastEndpoint()
		if err != nil {
			b.Fatal(err)
		}
		push := bindingSocket(b, zmq4.PUSH)
		if err := push.Connect(address); err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(len(frame)))
		b.ResetTimer()
		go func() {
			for range b.N {
				if _, err := push.SendBytes(frame, 0); err != nil {
					b.Error(err)
				}
			}
		}()
		for range b.N {
			if _, err := pull.RecvBytes(0); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("logbook", func(b *testing.B) {
		pull, err := OpenRaw("tcp://127.0.0.1:*", false)
		if err != nil {
			b.Fatal(err)
		}
		defer pull.Close()
		push, err := OpenRaw(pull.Address(), true)
		if err != nil {
			b.Fatal(err)
		}
		defer push.Close()
		b.SetBytes(int64(len(frame)))
		b.ResetTimer()
		go func() {
			for range b.N {
				if err := push.Send(frame); err != nil {
					b.Error(err)
				}
			}
		}()
		for range b.N {
			if _, err := pull.Receive(); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// Records from a log call to a subscriber, with encoding and decoding.
func BenchmarkRecords(b *testing.B) {
	s, err := NewSubscriber("tcp://127.0.0.1:*", &SubscriberOptions{Pull: true})
	if err != nil {
		b.Fatal(err)
	}
	h, err := NewHandler(s.Address(), &HandlerOptions{Push: true, Overflow: queues.Block})
	if err != nil {
		b.Fatal(err)
	}
	r := benchRecord()
	b.ReportAllocs()
	b.ResetTimer()
	go func() {
		for range b.N {
			if err := h.Handle(r); err != nil {
				b.Error(err)
			}
		}
	}()
	for n := 0; n < b.N; {
		d, err := s.Receive(context.Background())
		if err != nil {
			b.Fatal(err)
		}
		n += len(d.Records)
	}
	b.StopTimer()
	if err := h.Close(context.Background()); err != nil {
		b.Error(err)
	}
	if err := s.Close(context.Background()); err != nil {
		b.Error(err)
	}
}

// The slowest of a thousand log calls, with a subscriber that receives, and with none that
// ever comes.
func BenchmarkCall(b *testing.B) {
	for _, name := range []string{"healthy", "dead"} {
		b.Run(name, func(b *testing.B) {
			s, err := NewSubscriber("tcp://127.0.0.1:*", &SubscriberOptions{Pull: true})
			if err != nil {
				b.Fatal(err)
			}
			address := s.Address()
			if name == "dead" {
				closeNow(b, s)
			} else {
				defer queues.DispatchInBackground(s, logbook.Null{}).Stop(context.Background())
			}
			h, err := NewHandler(address, &HandlerOptions{Push: true, Overflow: queues.DropOldest})
			if err != nil {
				b.Fatal(err)
			}
			var took []time.Duration
			logbook.InGoroutine(func() {
				for b.Loop() {
					began := time.Now()
					logbook.Info("request served")
					took = append(took, time.Since(began))
				}
			}, h)
			_ = h.Close(expired()) // what is left is not of interest
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*999/1000]), "p99.9-ns")
			b.ReportMetric(float64(took[len(took)/2]), "p50-ns")
		})
	}
}

func benchRecord() *logbook.Record {
	return logbook.NewRecord(logbook.RecordData{Level: logbook.LevelInfo, Channel: "app.web", Message: "served /index.html in 12ms with status 200"})
}

// bindingSocket returns a socket of the binding with this package's settings.
func bindingSocket(tb testing.TB, t zmq4.Type) *zmq4.Socket {
	tb.Helper()
	s, err := zmq4.NewSocket(t)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = s.Close() })
	return s
}
