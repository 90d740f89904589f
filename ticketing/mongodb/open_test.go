package mongodb

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/logbook-go/logbook/internal/leaktest"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/ticketing"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// The tests with a server are in the module integration/mongodb.

const password = "s3cr/t:p4ss"

func openError(t *testing.T, uri string, o *Options) error {
	t.Helper()
	s, err := Open(t.Context(), uri, o)
	if err == nil {
		t.Fatal(uri, errors.Join(errors.New("it was opened"), s.Close(t.Context())))
	}
	for _, part := range []string{password, "s3cr", "p4ss"} {
		if strings.Contains(err.Error(), part) {
			t.Errorf("%q contains the password", err)
		}
	}
	return err
}

func TestInvalid(t *testing.T) {
	for uri, want := range map[string]string{
		"":                             `mongodb.Options: invalid URI: want "mongodb://HOST:PORT/DATABASE"`,
		"postgres://127.0.0.1/tickets": `mongodb.Options: invalid URI: want "mongodb://HOST:PORT/DATABASE"`,
		"mongodb://127.0.0.1:27017":    `mongodb.Options: invalid URI: want "mongodb://HOST:PORT/DATABASE"`,
		"mongodb:///tickets":           `mongodb.Options: invalid URI: want "mongodb://HOST:PORT/DATABASE"`,
		"mongodb://u:" + password + "@127.0.0.1/tickets":              "mongodb.Options: invalid URI: error parsing uri: ",
		"mongodb://u:" + password + "@127.0.0.1:x/tickets":            "mongodb.Options: invalid URI: error parsing uri: ",
		"mongodb://u:s3cr%2Ft@127.0.0.1:99999/tickets":                "mongodb.Options: invalid URI: error parsing uri: ",
		"mongodb://u:s3cr%2Ft@127.0.0.1/tickets?connectTimeoutMS=one": "mongodb.Options: invalid URI: error parsing uri: ",
		"mongodb://u:s3cr%2Ft@127.0.0.1/tickets?authMechanism=s3cr":   "mongodb.Options: invalid URI: error parsing uri: ",
	} {
		err := openError(t, uri, nil)
		var option *logbook.OptionError
		if !errors.As(err, &option) || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v", uri, err)
		}
	}
	for name, o := range map[string]*Options{"Timeout": {Timeout: -1}, "Keep": {Limits: &ticketing.Limits{Keep: -1}}} {
		var option *logbook.OptionError
		if err := openError(t, "mongodb://127.0.0.1/tickets", o); !errors.As(err, &option) || option.Option != name {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// listen returns the URI of a server that serves a connection by a function, and then ends it.
func listen(t *testing.T, serve func(c net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				serve(c)
			}()
		}
	}()
	t.Cleanup(func() {
		l.Close()
		<-done
	})
	return "mongodb://lab:s3cr%2Ft%3Ap4ss@" + l.Addr().String() + "/tickets"
}

func TestUnreachable(t *testing.T) {
	short := &Options{Timeout: 200 * time.Millisecond}
	for name, serve := range map[string]func(c net.Conn){
		"ends":    func(net.Conn) {},
		"hangs":   func(c net.Conn) { _, _ = io.Copy(io.Discard, c) },
		"garbage": func(c net.Conn) { _, _ = c.Write([]byte("SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u7\r\n")) },
	} {
		err := openError(t, listen(t, serve), short)
		var own *Error
		if !errors.As(err, &own) || own.Op != "open" || !strings.HasPrefix(own.Database, "mongodb://127.0.0.1:") || !strings.HasSuffix(own.Database, "/tickets") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// refuse serves as a server does that knows no such user.
func refuse(c net.Conn) {
	for {
		header := make([]byte, 16)
		if _, err := io.ReadFull(c, header); err != nil {
			return
		}
		body := make([]byte, binary.LittleEndian.Uint32(header)-16)
		if _, err := io.ReadFull(c, body); err != nil {
			return
		}
		answer := bson.D{
			{Key: "ok", Value: 1}, {Key: "isWritablePrimary", Value: true}, {Key: "ismaster", Value: true}, {Key: "minWireVersion", Value: 0},
			{Key: "maxWireVersion", Value: 21}, {Key: "maxBsonObjectSize", Value: 16 << 20}, {Key: "maxMessageSizeBytes", Value: 48 << 20},
			{Key: "maxWriteBatchSize", Value: 100_000}, {Key: "saslSupportedMechs", Value: bson.A{"SCRAM-SHA-256"}},
		}
		if strings.Contains(string(body), "saslStart") && !strings.Contains(string(body), "hello") && !strings.Contains(string(body), "isMaster") {
			answer = bson.D{{Key: "ok", Value: 0}, {Key: "code", Value: 18}, {Key: "codeName", Value: "AuthenticationFailed"}, {Key: "errmsg", Value: "no user lab with " + password}}
		}
		b, err := bson.Marshal(answer)
		if err != nil {
			return
		}
		prefix := make([]byte, 20) // of an OP_REPLY
		opcode := uint32(1)
		binary.LittleEndian.PutUint32(prefix[16:], 1) // documents
		if binary.LittleEndian.Uint32(header[12:]) == 2013 {
			prefix, opcode = make([]byte, 5), 2013
		}
		message := append(append(make([]byte, 16), prefix...), b...)
		binary.LittleEndian.PutUint32(message, uint32(len(message)))
		copy(message[8:], header[4:8])
		binary.LittleEndian.PutUint32(message[12:], opcode)
		if _, err := c.Write(message); err != nil {
			return
		}
	}
}

func TestRefused(t *testing.T) {
	err := openError(t, listen(t, refuse)+"?authSource=admin", &Options{Timeout: 2 * time.Second})
	if !errors.Is(err, ticketing.ErrDenied) || !strings.Contains(err.Error(), "no user lab") {
		t.Error(err)
	}
}

// Errors of the server are told apart.
func TestKinds(t *testing.T) {
	s := &Store{name: "mongodb://127.0.0.1/tickets"}
	if err := s.fail("record", context.DeadlineExceeded); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	if err := s.fail("record", ticketing.ErrNotFound); err != ticketing.ErrNotFound {
		t.Error(err)
	}
	if err := s.fail("record", nil); err != nil {
		t.Error(err)
	}
}
