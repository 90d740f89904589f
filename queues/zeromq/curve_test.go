package zeromq_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/logbook"
	. "github.com/logbook-go/logbook/queues/zeromq"
)

// The example keys of ZeroMQ's manual.
const (
	manualPublic = "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID"
	manualSecret = "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs"
)

func TestPublicKey(t *testing.T) {
	if public, err := PublicKey(manualSecret); public != manualPublic || err != nil {
		t.Errorf("got %q, %v", public, err)
	}
	public, secret, err := NewKeys()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := PublicKey(secret); got != public || err != nil {
		t.Errorf("the public key of %q is %q, not %q: %v", secret, got, public, err)
	}
	for _, bad := range []string{"", manualSecret[1:], strings.Repeat("ä", 20), "~" + manualSecret[1:], strings.Repeat("#", 40)} {
		if _, err := PublicKey(bad); err == nil || bad != "" && strings.Contains(err.Error(), bad) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// Invalid options are refused, with their names, before anything is opened.
func TestOptions(t *testing.T) {
	const local = "tcp://127.0.0.1:*"
	client := &Curve{SecretKey: manualSecret, ServerKey: manualPublic}
	server := &Curve{SecretKey: manualSecret, ClientKeys: []string{manualPublic}}
	socket := func(o SocketOptions) *HandlerOptions { return &HandlerOptions{SocketOptions: o} }
	for _, c := range []struct {
		address string
		o       *HandlerOptions
		want    string
	}{
		{"", nil, "address"},
		{"tcp://", nil, "address"},
		{"127.0.0.1:5000", nil, "address"},
		{"udp://127.0.0.1:5000", nil, "address"},
		{"tcp://127.0.0.1", nil, "address"},
		{"tcp://127.0.0.1:", nil, "address"},
		{"tcp://127.0.0.1:5000x", nil, "address"},
		{"tcp://127.0.0.1:70000", nil, "address"},
		{"tcp://:5000", nil, "address"},
		{"ipc://a\x00b", nil, "address"},
		{"tcp://*:5000", nil, "address"},
		{"tcp://0.0.0.0:5000", nil, "address"},
		{"tcp://logs.example.com:5000", &HandlerOptions{Push: true}, "address"},
		{"tcp://*:5000", &HandlerOptions{Push: true, SocketOptions: SocketOptions{Insecure: true}}, "address"},
		{"inproc://logs", nil, "Context"},
		{local, &HandlerOptions{MaxRecords: -1}, "MaxRecords"},
		{local, &HandlerOptions{MaxBytes: -1}, "MaxBytes"},
		{local, &HandlerOptions{Overflow: 9}, "Overflow"},
		{local, &HandlerOptions{SendTimeout: -1}, "SendTimeout"},
		{local, &HandlerOptions{Linger: -1}, "Linger"},
		{local, &HandlerOptions{End: 3}, "End"},
		{local, &HandlerOptions{Socket: new(Socket)}, "address"},
		{"", &HandlerOptions{Socket: new(Socket), Push: true}, "Socket"},
		{"", &HandlerOptions{Socket: new(Socket), SocketOptions: SocketOptions{HighWater: 1}}, "Socket"},
		{local, socket(SocketOptions{HighWater: -1}), "HighWater"},
		{local, socket(SocketOptions{MaxMessageSize: -1}), "MaxMessageSize"},
		{local, socket(SocketOptions{Heartbeat: 1}), "Heartbeat"},
		{local, socket(SocketOptions{ReconnectMin: -1}), "ReconnectMin"},
		{local, socket(SocketOptions{ReconnectMax: 1}), "ReconnectMax"},
		{local, socket(SocketOptions{ReconnectMin: 2e9, ReconnectMax: 1e9}), "ReconnectMax"},
		{local, socket(SocketOptions{Curve: &Curve{}}), "Curve.SecretKey"},
		{local, socket(SocketOptions{Curve: &Curve{SecretKey: manualSecret}}), "Curve"},
		{local, socket(SocketOptions{Curve: &Curve{SecretKey: manualSecret, ServerKey: "x"}}), "Curve.ServerKey"},
		{local, socket(SocketOptions{Curve: &Curve{SecretKey: manualSecret, ClientKeys: []string{manualPublic, "x"}}}), "Curve.ClientKeys[1]"},
		{local, socket(SocketOptions{Curve: &Curve{SecretKey: manualSecret, ServerKey: manualPublic, ClientKeys: []string{manualPublic}}}), "Curve"},
		{local, socket(SocketOptions{Curve: server, Context: new(Context)}), "Context"},
		{"inproc://logs", socket(SocketOptions{Curve: client, Context: new(Context)}), "Curve"},
	} {
		check(t, "zeromq.HandlerOptions", c.want, func() error {
			_, err := NewHandler(c.address, c.o)
			return err
		})
	}
	for _, c := range []struct {
		address string
		o       *SubscriberOptions
		want    string
	}{
		{"tcp://127.0.0.1", nil, "address"},
		{local, &SubscriberOptions{Pull: true, Topics: []string{"a"}}, "Topics"},
		{"", &SubscriberOptions{Socket: new(Socket), Topics: []string{"a"}}, "Topics"},
		{local, &SubscriberOptions{End: -1}, "End"},
	} {
		check(t, "zeromq.SubscriberOptions", c.want, func() error {
			_, err := NewSubscriber(c.address, c.o)
			return err
		})
	}
	check(t, "zeromq.ProxyOptions", "Publishers.address", func() error {
		_, err := NewProxy("tcp://*:5000", local, nil)
		return err
	})
	check(t, "zeromq.ProxyOptions", "Subscribers.Heartbeat", func() error {
		_, err := NewProxy(local, local, &ProxyOptions{Subscribers: SocketOptions{Heartbeat: 1}})
		return err
	})
}

func check(t *testing.T, options, option string, fn func() error) {
	t.Helper()
	var e *logbook.OptionError
	if err := fn(); !errors.As(err, &e) || e.Options != options || e.Option != option {
		t.Errorf("got %v, want an invalid %s of %s", err, option, options)
	} else if strings.Contains(err.Error(), manualSecret) {
		t.Errorf("the error has the key: %v", err)
	}
}

// Old versions of the library are refused.
func TestVersion(t *testing.T) {
	for _, v := range []struct {
		version [3]int
		ok      bool
	}{{[3]int{4, 3, 3}, true}, {[3]int{4, 3, 5}, true}, {[3]int{4, 4, 0}, true}, {[3]int{4, 3, 2}, false}, {[3]int{4, 2, 9}, false}, {[3]int{3, 9, 9}, false}, {[3]int{}, false}} {
		if err := CheckVersion(v.version); (err == nil) != v.ok {
			t.Errorf("%v: %v", v.version, err)
		}
	}
}
