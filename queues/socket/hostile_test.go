package socket_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// Hostile peers cost a bounded memory, and an honest one gets through. There are 1,000 of
// them with LOGBOOK_TORTURE_PEERS=1000.
func TestHostilePeers(t *testing.T) {
	peers := 100
	if n, err := strconv.Atoi(os.Getenv("LOGBOOK_TORTURE_PEERS")); err == nil {
		peers = n
	}
	o := accept(all...)
	o.MaxConnections = peers/2 + 1 // so that the honest one comes when all are taken
	o.MaxPerAddress = o.MaxConnections
	s := listen(t, "tcp://127.0.0.1:0", o)
	random := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 1<<20)
	for i := range noise {
		noise[i] = byte(random.Uint32())
	}
	deep := strings.Repeat(`{"a":[`, 1<<16)
	maps := `{"a":[` + strings.Repeat(`{"":0},`, 1<<16)
	streams := []string{
		"", "{", "<", "5", "\x00", "x", // half-open
		"\x00\x00\x00\x00", "\xff\xff\xff\xff", "\x00\xff\xff\xff", "\x00\x0f\xff\xff", "-1 <14>x", "4294967296 <14>x",
		string(noise), "\x00\x0f\xff\xf0" + string(noise), deep, deep + "\n", maps, maps + "{}]}\n",
		"x --message " + strings.Repeat("{", 1<<19), "x --message {" + strings.Repeat("}", 1<<19), strings.Repeat("\n", 1<<19), strings.Repeat(" ", 1<<19),
		pickled(t, "py_hostile_deep"), pickled(t, "py_hostile_length_max"), pickled(t, "py_hostile_reduce"), pickled(t, "py_hostile_trailing"), pickled(t, "py_hostile_obj"),
	}
	var most uint64
	measure := func() {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		most = max(most, m.HeapInuse)
	}
	var writers sync.WaitGroup
	for i := range peers {
		c, err := net.Dial("tcp", s.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		writers.Go(func() { _, _ = c.Write([]byte(streams[i%len(streams)])) }) // until the subscriber closes it
	}
	const n = 20000
	honest, start := dial(t, s), time.Now()
	go func() {
		line := fmt.Sprintf(`{"channel":"honest","msg":"%s"}`+"\n", strings.Repeat("x", 100))
		_, _ = honest.Write(bytes.Repeat([]byte(line), n))
	}()
	for got := 0; got < n; {
		d, err := s.Receive(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range d.Records {
			if r.Channel() == "honest" {
				got++
			}
		}
		if got%1000 < 64 {
			measure()
		}
	}
	measure()
	took := time.Since(start)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			if _, err := s.Receive(t.Context()); err != nil {
				return
			}
		}
	}()
	closeNow(s)
	<-done
	writers.Wait()
	t.Logf("%d peers: %d MiB of heap, %.0f records/s of the honest one, %v", peers, most>>20, n/took.Seconds(), s.Stats())
	if most > 256<<20 || s.Stats().Count("refused") < uint64(peers/3) {
		t.Errorf("%d MiB of heap, %v", most>>20, s.Stats())
	}
}

// An honest sender alone, and beside peers who send a byte a second: the collector's work for
// them should take less than a fifth of its rate.
func BenchmarkBesideSlowPeers(b *testing.B) {
	for _, peers := range []int{0, 1000} {
		b.Run(fmt.Sprint("peers=", peers), func(b *testing.B) {
			o := accept(all...)
			o.MaxConnections, o.MaxPerAddress = 2*peers+8, 2*peers+8
			s := listen(b, "tcp://127.0.0.1:0", o)
			conns := make([]net.Conn, peers)
			for i := range conns {
				conns[i] = dial(b, s)
			}
			done, stopped := make(chan struct{}), make(chan struct{})
			go func() {
				defer close(stopped)
				tick := time.NewTicker(time.Second)
				defer tick.Stop()
				for {
					for _, c := range conns {
						_, _ = c.Write([]byte("{"))
					}
					select {
					case <-done:
						return
					case <-tick.C:
					}
				}
			}()
			honest := dial(b, s)
			line := []byte(`{"channel":"honest","msg":"` + strings.Repeat("x", 100) + `"}` + "\n")
			b.SetBytes(int64(len(line)))
			b.ResetTimer()
			go func() {
				chunk := bytes.Repeat(line, 100)
				for left := b.N; left > 0; left -= 100 {
					_, _ = honest.Write(chunk[:min(left, 100)*len(line)])
				}
			}()
			for got := 0; got < b.N; {
				d, err := s.Receive(b.Context())
				if err != nil {
					b.Fatal(err)
				}
				for _, r := range d.Records {
					if r.Channel() == "honest" {
						got++
					}
				}
			}
			b.StopTimer()
			close(done)
			<-stopped
		})
	}
}

func BenchmarkReceive(b *testing.B) {
	for _, bb := range []struct{ name, frame string }{
		{"json", `{"time":"2026-11-20T10:40:31.3557238Z","level":"INFO","msg":"served","method":"GET","path":"/a/b","status":200,"took":1.25}` + "\n"},
		{"wire", wire(b) + "\n"},
		{"syslog", "<13>1 2026-11-20T10:41:04.125640+00:00 vm app 6128 ID47 [ex@32473 a=\"b c\"] hi there\n"},
		{"pickle", pickled(b, "py_sockethandler_plain")},
	} {
		for _, conns := range []int{1, 8} {
			b.Run(fmt.Sprint(bb.name, "/connections=", conns), func(b *testing.B) {
				s := listen(b, "tcp://127.0.0.1:0", accept(all...))
				b.SetBytes(int64(len(bb.frame)))
				n := b.N/conns + 1
				for range conns {
					c := dial(b, s)
					go func() {
						chunk := bytes.Repeat([]byte(bb.frame), 100)
						for left := n; left > 0; left -= 100 {
							_, _ = c.Write(chunk[:min(left, 100)*len(bb.frame)])
						}
					}()
				}
				b.ResetTimer()
				for got := 0; got < n*conns; {
					d, err := s.Receive(b.Context())
					if err != nil {
						b.Fatal(err)
					}
					got += len(d.Records)
				}
			})
		}
	}
}
