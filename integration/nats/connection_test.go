package nats_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nkeys"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues/nats"
)

// proxy passes connections on to a server, what clients send through the first function. It cuts
// a connection before an answer of the server for which the second one returns true.
func proxy(t *testing.T, address string, sent func([]byte) []byte, cut func([]byte) bool) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var running sync.WaitGroup
	t.Cleanup(func() {
		_ = l.Close()
		running.Wait()
	})
	pass := func(to, from net.Conn, change func([]byte) ([]byte, bool)) {
		defer to.Close()
		b := make([]byte, 1<<16)
		for {
			n, err := from.Read(b)
			if err != nil {
				return
			}
			changed, ok := change(b[:n])
			if !ok {
				return
			}
			if _, err := to.Write(changed); err != nil {
				return
			}
		}
	}
	running.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s, err := net.Dial("tcp", strings.TrimPrefix(address, "nats://"))
			if err != nil {
				_ = c.Close()
				continue
			}
			running.Go(func() { pass(s, c, func(b []byte) ([]byte, bool) { return sent(b), true }) })
			running.Go(func() { pass(c, s, func(b []byte) ([]byte, bool) { return b, !cut(b) }) })
		}
	})
	return "nats://" + l.Addr().String()
}

// Connections break between a message and its acknowledgement: the stream has each record
// once.
func TestLostAcknowledgements(t *testing.T) {
	address := start(t)
	const n = 50
	var answers atomic.Int64
	through := proxy(t, address, bytes.Clone, func(answer []byte) bool {
		return bytes.Contains(answer, []byte(`"stream":"LOGS"`)) && answers.Add(1)%10 == 0
	})
	h := newHandler(t, through, nats.HandlerOptions{})
	defer logbook.PushApplication(reported(func(error) {}))()
	for i := range n {
		handle(t, h, record("%d", i))
		flush(t, h)
	}
	s := newSubscriber(t, address, nats.SubscriberOptions{})
	for i, r := range take(t, s, n) {
		if r.Message() != fmt.Sprint(i) {
			t.Fatalf("record %d is %s", i, r.Message())
		}
	}
	closeSubscriber(t, s)
	if stats := h.Stats(); stats.Handled != n || stats.Dropped != 0 || stats.Count("duplicates") < 4 {
		t.Error(stats)
	}
}

// The server does not hear that a message is being handled, and delivers it again: it is
// yielded once, and one acknowledgement is enough.
func TestUnheard(t *testing.T) {
	address := start(t)
	h := newHandler(t, address, nats.HandlerOptions{})
	handle(t, h, record("a"))
	flush(t, h)
	through := proxy(t, address, func(b []byte) []byte {
		return bytes.ReplaceAll(b, []byte("\r\n+WPI\r\n"), []byte("\r\n+XPI\r\n"))
	}, func([]byte) bool { return false })
	s := newSubscriber(t, through, nats.SubscriberOptions{AckWait: time.Second, MaxDeliver: 2})
	d := receive(t, s)
	for end := time.Now().Add(patience); s.Stats().Count("redelivered") < 3; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("not delivered again")
		}
	}
	d.Done(nil)
	closeSubscriber(t, s)
	if stats := s.Stats(); stats.Handled != 1 || stats.Dropped != 0 || stats.Count("refused") != 0 {
		t.Error(stats)
	}
	if left := messages(t, connect(t, address)); left != 0 {
		t.Errorf("%d messages left", left)
	}
}

// credentials returns the options of a server that knows a user by JWT, and the user's file.
func credentials(t *testing.T) (change func(*server.Options), file string) {
	t.Helper()
	pair := func(kp nkeys.KeyPair, err error) (nkeys.KeyPair, string) {
		if err != nil {
			t.Fatal(err)
		}
		public, err := kp.PublicKey()
		if err != nil {
			t.Fatal(err)
		}
		return kp, public
	}
	encoded := func(text string, err error) string {
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	operator, operatorKey := pair(nkeys.CreateOperator())
	account, accountKey := pair(nkeys.CreateAccount())
	system, systemKey := pair(nkeys.CreateAccount())
	user, userKey := pair(nkeys.CreateUser())
	claims := jwt.NewOperatorClaims(operatorKey)
	claims.SystemAccount = systemKey
	trusted, err := jwt.DecodeOperatorClaims(encoded(claims.Encode(operator)))
	if err != nil {
		t.Fatal(err)
	}
	accountClaims := jwt.NewAccountClaims(accountKey)
	accountClaims.Limits.JetStreamLimits = jwt.JetStreamLimits{DiskStorage: -1, MemoryStorage: -1, Streams: -1, Consumer: -1}
	resolver := new(server.MemAccResolver)
	for key, text := range map[string]string{
		accountKey: encoded(accountClaims.Encode(operator)), systemKey: encoded(jwt.NewAccountClaims(systemKey).Encode(operator)),
	} {
		if err := resolver.Store(key, text); err != nil {
			t.Fatal(err)
		}
	}
	_ = system
	seed, err := user.Seed()
	if err != nil {
		t.Fatal(err)
	}
	text, err := jwt.FormatUserConfig(encoded(jwt.NewUserClaims(userKey).Encode(account)), seed)
	if err != nil {
		t.Fatal(err)
	}
	file = filepath.Join(t.TempDir(), "user.creds")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return func(o *server.Options) {
		o.TrustedOperators, o.AccountResolver, o.SystemAccount = []*jwt.OperatorClaims{trusted}, resolver, systemKey
	}, file
}

// Both ends log in, and report a login that is refused without its password.
func TestLogin(t *testing.T) {
	https := httptest.NewUnstartedServer(nil) // for its certificate
	https.StartTLS()
	defer https.Close()
	roots := x509.NewCertPool()
	roots.AddCert(https.Certificate())
	withTLS := func(o *server.Options) { o.TLSConfig, o.TLSTimeout = https.TLS.Clone(), patience.Seconds() }
	byJWT, file := credentials(t)
	_, otherFile := credentials(t)
	for name, tt := range map[string]struct {
		server    func(*server.Options)
		scheme    string // "": nats://
		good, bad nats.ConnectionOptions
		badScheme string
	}{
		"user": {server: func(o *server.Options) { o.Username, o.Password = "me", "hunter2" }, scheme: "nats://me:hunter2@", badScheme: "nats://me:hunter1@"},
		"token": {server: func(o *server.Options) { o.Authorization = "hunter2" },
			good: nats.ConnectionOptions{Token: "hunter2"}, bad: nats.ConnectionOptions{Token: "hunter1"}},
		"credentials": {server: byJWT, good: nats.ConnectionOptions{CredentialsFile: file}, bad: nats.ConnectionOptions{CredentialsFile: otherFile}},
		"no file":     {server: byJWT, good: nats.ConnectionOptions{CredentialsFile: file}, bad: nats.ConnectionOptions{CredentialsFile: file + "x"}},
		"TLS": {server: withTLS, scheme: "tls://", badScheme: "tls://",
			good: nats.ConnectionOptions{TLSConfig: &tls.Config{RootCAs: roots}}},
		"TLS by the configuration": {server: withTLS, good: nats.ConnectionOptions{TLSConfig: &tls.Config{RootCAs: roots}}, bad: nats.ConnectionOptions{TLSConfig: new(tls.Config)}},
		"TLS asked for":            {server: func(*server.Options) {}, good: nats.ConnectionOptions{}, badScheme: "tls://"},
	} {
		t.Run(name, func(t *testing.T) {
			host := strings.TrimPrefix(start(t, tt.server), "nats://")
			good, bad := "nats://", "nats://"
			if tt.scheme != "" {
				good = tt.scheme
			}
			if tt.badScheme != "" {
				bad = tt.badScheme
			}
			h := newHandler(t, good+host, nats.HandlerOptions{ConnectionOptions: tt.good})
			handle(t, h, record("a"))
			flush(t, h)
			s := newSubscriber(t, good+host, nats.SubscriberOptions{ConnectionOptions: tt.good})
			take(t, s, 1)
			closeSubscriber(t, s)

			failed := make(chan error, 100)
			defer logbook.PushApplication(reported(func(err error) { failed <- err }))()
			h = newHandler(t, bad+host, nats.HandlerOptions{ConnectionOptions: tt.bad})
			handle(t, h, record("a"))
			if err := <-failed; strings.Contains(err.Error(), "hunter") {
				t.Error(err)
			} else {
				t.Log(err)
			}
			_ = h.Close(expired())
			s = newSubscriber(t, bad+host, nats.SubscriberOptions{ConnectionOptions: tt.bad})
			if text := receive(t, s).Records[0].Message(); !strings.Contains(text, "cannot receive") || strings.Contains(text, "hunter") {
				t.Error(text)
			}
			closeSubscriber(t, s)
		})
	}
}

// The permissions that the package comment names are enough.
func TestPermissions(t *testing.T) {
	user := func(name string, publish ...string) *server.User {
		return &server.User{Username: name, Password: "hunter2", Permissions: &server.Permissions{
			Publish: &server.SubjectPermission{Allow: publish}, Subscribe: &server.SubjectPermission{Allow: []string{"_INBOX.>"}},
		}}
	}
	stream := []string{"$JS.API.STREAM.INFO.LOGS", "$JS.API.STREAM.CREATE.LOGS"}
	host := strings.TrimPrefix(start(t, func(o *server.Options) {
		o.Users = []*server.User{
			user("writer", "LOGS"), user("maker", append(stream, "LOGS")...),
			user("reader", append(stream, "$JS.API.CONSUMER.CREATE.LOGS.>", "$JS.API.CONSUMER.MSG.NEXT.LOGS.>", "$JS.ACK.LOGS.>")...),
		}
	}), "nats://")
	maker := newHandler(t, "nats://maker:hunter2@"+host, nats.HandlerOptions{})
	handle(t, maker, record("a"))
	flush(t, maker)
	writer, err := nats.NewHandler("nats://writer:hunter2@"+host, &nats.HandlerOptions{Stream: "LOGS"})
	if err != nil {
		t.Fatal(err)
	}
	handle(t, writer, record("b"))
	flush(t, writer)
	if err := writer.Close(within(t)); err != nil {
		t.Error(err)
	}
	s := newSubscriber(t, "nats://reader:hunter2@"+host, nats.SubscriberOptions{AckWait: time.Second})
	receive(t, s).Done(errors.New("not now"))
	take(t, s, 2)
	closeSubscriber(t, s)
	if stats := s.Stats(); stats.Count("failures") != 0 || stats.Count("redelivered") != 1 {
		t.Error(stats)
	}
	other, err := nats.NewHandler("nats://writer:hunter2@"+host, &nats.HandlerOptions{Stream: "LOGS", Subject: "other", ConnectionOptions: nats.ConnectionOptions{Timeout: 100 * time.Millisecond}})
	if err != nil {
		t.Fatal(err)
	}
	failed := make(chan error, 100)
	defer logbook.PushApplication(reported(func(err error) { failed <- err }))()
	handle(t, other, record("c"))
	if err := <-failed; !strings.Contains(err.Error(), "no acknowledgement within 100ms; the last error was: nats: permissions violation") {
		t.Error(err)
	}
	_ = other.Close(expired())
}
