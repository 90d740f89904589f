package nats_test

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
	"github.com/logbook-go/logbook/queues/nats"
)

// serverConfig names the configuration of a server that a child process of the tests runs, so
// that it can be killed.
const serverConfig = "LOGBOOK_TEST_NATS_CONFIG"

// serve runs a server until the test closes its standard input.
func serve(config string) {
	o, err := server.ProcessConfigFile(config)
	if err != nil {
		panic(err)
	}
	o.NoSigs, o.NoLog = true, true
	s, err := server.NewServer(o)
	if err != nil {
		panic(err)
	}
	s.Start()
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// node is a server of a cluster.
type node struct {
	config string
	cmd    *exec.Cmd
	stdin  io.Closer
}

func (n *node) start(t *testing.T) {
	t.Helper()
	n.cmd = exec.Command(os.Args[0])
	n.cmd.Env = append(os.Environ(), serverConfig+"="+n.config)
	n.cmd.Stdout, n.cmd.Stderr = os.Stdout, os.Stderr
	var err error
	if n.stdin, err = n.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := n.cmd.Start(); err != nil {
		t.Fatal(err)
	}
}

// kill ends the server as kill -9 does.
func (n *node) kill() {
	_ = n.cmd.Process.Kill()
	_ = n.cmd.Wait()
	_ = n.stdin.Close()
}

// startCluster runs three servers until the end of the test, and returns their address.
func startCluster(t *testing.T) (address string, nodes []*node) {
	t.Helper()
	const n = 3
	var ports [2 * n]int
	for i := range ports {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close() // when all have one
		ports[i] = l.Addr().(*net.TCPAddr).Port
	}
	var clients, routes []string
	for i := range n {
		clients = append(clients, fmt.Sprintf("127.0.0.1:%d", ports[i]))
		routes = append(routes, fmt.Sprintf("nats://127.0.0.1:%d", ports[n+i]))
	}
	for i := range n {
		dir := t.TempDir()
		config := filepath.Join(dir, "server.conf")
		text := fmt.Sprintf("server_name: n%d\nlisten: %s\njetstream { store_dir: %q }\ncluster { name: c, listen: %q, routes: [%s] }\n",
			i, clients[i], filepath.Join(dir, "store"), strings.TrimPrefix(routes[i], "nats://"), strings.Join(routes, ", "))
		if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		nodes = append(nodes, &node{config: config})
	}
	return "nats://" + strings.Join(clients, ","), nodes
}

// current waits until all servers have the whole stream.
func current(t *testing.T, js jetstream.JetStream) {
	t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(100 * time.Millisecond) {
		s, err := js.Stream(within(t), "LOGS")
		if err == nil {
			info, behind := s.CachedInfo(), 2
			if info.Cluster != nil && info.Cluster.Leader != "" {
				for _, r := range info.Cluster.Replicas {
					if r.Current {
						behind--
					}
				}
			}
			if behind == 0 {
				return
			}
		}
		if time.Now().After(end) {
			t.Fatalf("the stream is not on all servers: %v", err)
		}
	}
}

// Each server of a cluster is killed once, and started again, while records are sent and
// received. Nothing that was acknowledged is lost.
func TestCluster(t *testing.T) {
	address, nodes := startCluster(t)
	for _, n := range nodes {
		n.start(t)
	}
	t.Cleanup(func() {
		for _, n := range nodes {
			n.kill()
		}
	})
	defer logbook.PushApplication(reported(func(error) {}))()
	replicated := &nats.StreamOptions{MaxBytes: 64 << 20, Replicas: 3}
	fast := nats.ConnectionOptions{Timeout: 2 * time.Second}

	var received sync.Map
	var count atomic.Int64
	s := newSubscriber(t, address, nats.SubscriberOptions{Create: replicated, AckWait: 5 * time.Second, ConnectionOptions: fast})
	receiving := make(chan struct{})
	go func() {
		defer close(receiving)
		for {
			d, err := s.Receive(within(t))
			if err != nil {
				return
			}
			for _, r := range d.Records {
				if _, twice := received.LoadOrStore(r.Message(), true); !twice && r.Channel() == "app" {
					count.Add(1)
				}
			}
			d.Done(nil)
		}
	}()

	var stopped atomic.Bool
	var sending sync.WaitGroup
	acknowledged := make([]int, 2)
	handlers := make([]*nats.Handler, len(acknowledged))
	for i := range handlers {
		handlers[i] = newHandler(t, address, nats.HandlerOptions{Create: replicated, Overflow: queues.Block, ConnectionOptions: fast})
		sending.Go(func() {
			for !stopped.Load() {
				for range 20 {
					handle(t, handlers[i], record("%d %d", i, acknowledged[i]))
					acknowledged[i]++
				}
				if err := handlers[i].Flush(within(t)); err != nil {
					t.Errorf("flush: %v", err)
					return
				}
			}
		})
	}
	progress := func() {
		t.Helper()
		end := time.Now().Add(patience)
		for want := count.Load() + 500; count.Load() < want; time.Sleep(10 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatal("nothing is received any more")
			}
		}
	}
	progress()
	js := connect(t, strings.ReplaceAll(address, ",", ",nats://"))
	for _, n := range nodes {
		current(t, js)
		n.kill()
		progress()
		n.start(t)
		progress()
	}
	stopped.Store(true)
	sending.Wait()
	total := 0
	for i, n := range acknowledged {
		total += n
		for j := range n {
			text := fmt.Sprintf("%d %d", i, j)
			for end := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
				if _, ok := received.Load(text); ok {
					break
				}
				if time.Now().After(end) {
					t.Fatalf("record %q is lost", text)
				}
			}
		}
	}
	closeSubscriber(t, s)
	<-receiving
	var h logbook.Stats
	for i := range handlers {
		stats := handlers[i].Stats()
		h.Handled, h.Dropped = h.Handled+stats.Handled, h.Dropped+stats.Dropped
	}
	if h.Handled != uint64(total) || h.Dropped != 0 {
		t.Errorf("%d records, %v", total, h)
	}
	t.Logf("%d records; %v", total, s.Stats())
}
