package zeromq

import (
	"context"
	"time"

	"github.com/logbook-go/logbook/logbook"
)

// Raw sends or receives bytes as a Handler and a Subscriber do.
type Raw struct {
	s *sender
	n *node
}

// OpenRaw returns a PUSH socket that connects, or a PULL socket that binds.
func OpenRaw(address string, sends bool) (*Raw, error) {
	if sends {
		o := &HandlerOptions{Push: true}
		settings, err := o.check(address)
		if err != nil {
			return nil, err
		}
		n, err := open(settings, func(*logbook.Record) {})
		if err != nil {
			return nil, err
		}
		return &Raw{s: newSender(n, settings, o), n: n}, nil
	}
	settings, err := (&SubscriberOptions{Pull: true}).check(address)
	if err != nil {
		return nil, err
	}
	n, err := open(settings, func(*logbook.Record) {})
	return &Raw{n: n}, err
}

func (r *Raw) Address() string { return r.n.actual }

func (r *Raw) Send(frame []byte) error {
	r.s.frame = frame
	return r.s.send()
}

func (r *Raw) Receive() ([]byte, error) {
	for {
		frames, err := receiveAll(r.n.sock)
		if err != nil {
			return nil, err
		}
		if frames != nil {
			return frames[0], nil
		}
		<-r.n.sock.ready
	}
}

func (r *Raw) Close() {
	if r.s != nil {
		_ = r.s.Close(context.Background())
	} else {
		_, _ = r.n.closeWithin(context.Background(), time.Second)
	}
}

var CheckVersion = checkVersion

// SetHandshakeTime bounds handshakes of sockets that are opened later, and returns the
// function that undoes it.
func SetHandshakeTime(d time.Duration) (undo func()) {
	old := handshakeTime
	handshakeTime = d
	return func() { handshakeTime = old }
}

// AddressOfAuthenticator is where ZeroMQ looks for the one that checks keys.
const AddressOfAuthenticator = zapAddress
