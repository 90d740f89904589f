package zeromq

import (
	"errors"
	"fmt"

	"github.com/logbook-go/logbook/internal/flow"
)

// zapDomain is the domain of the keys. libzmq asks nobody for a socket without one.
const zapDomain = "logbook"

// zapAddress is where libzmq asks, in the context of the socket. If nobody is bound there,
// libzmq accepts every client that knows the server's public key.
const zapAddress = "inproc://zeromq.zap.01"

// authenticator decides which clients are accepted, as the handler of ZeroMQ's
// authentication protocol (RFC 27) of a context.
type authenticator struct {
	clients map[string]bool
	refuse  func(peer string, err error)

	sock *socket
	stop func()
	done chan struct{}
	err  error // valid after done
}

// newAuthenticator starts the goroutine that accepts the given clients only.
func newAuthenticator(c *Context, clients map[string]bool, refuse func(peer string, err error)) (*authenticator, error) {
	s, err := newSocket(c, rep)
	if err != nil {
		return nil, err
	}
	if err := s.bind(zapAddress); err != nil {
		_ = s.close(0)
		return nil, err
	}
	ctx, stop := flow.NewContext()
	a := &authenticator{clients: clients, refuse: refuse, sock: s, stop: stop, done: make(chan struct{})}
	go func() {
		defer close(a.done)
		for ctx.Err() == nil {
			if err := a.answer(); err != nil {
				// The socket stays bound: without it, libzmq would accept every client.
				<-ctx.Done()
				a.err = err
				break
			}
			select {
			case <-s.ready:
			case <-ctx.Done():
			}
		}
		a.err = errors.Join(a.err, s.close(0))
	}()
	return a, nil
}

// answer answers the requests that are there.
func (a *authenticator) answer() error {
	for {
		request, err := receiveAll(a.sock)
		if err != nil || request == nil {
			return err
		}
		for i, frame := range a.reply(request) {
			if _, err := a.sock.send(frame, i < replyFrames-1); err != nil {
				return err
			}
		}
	}
}

// Frames of a request: version, id, domain, address, identity, mechanism, credentials.
const (
	versionFrame     = 0
	idFrame          = 1
	domainFrame      = 2
	peerFrame        = 3
	mechanismFrame   = 5
	credentialsFrame = 6
	replyFrames      = 6
)

const zapVersion = "1.0"

// reply returns the answer to a request: version, id, status, text, user, metadata.
func (a *authenticator) reply(request [][]byte) [replyFrames][]byte {
	status, text := "200", "OK"
	id, user := []byte(nil), ""
	if len(request) > idFrame {
		id = request[idFrame]
	}
	switch {
	case len(request) <= mechanismFrame || string(request[versionFrame]) != zapVersion:
		status, text = "500", "invalid request" // from libzmq itself
	case string(request[domainFrame]) != zapDomain || string(request[mechanismFrame]) != "CURVE" || len(request) != credentialsFrame+1 ||
		!a.clients[string(request[credentialsFrame])]:
		status, text = "400", "not allowed"
		a.refuse(string(request[peerFrame]), refusedKey(request))
	default:
		user = encodeZ85(request[credentialsFrame])
	}
	return [replyFrames][]byte{[]byte(zapVersion), id, []byte(status), []byte(text), []byte(user), nil}
}

// refusedKey names the public key of the refused client, so that it can be added.
func refusedKey(request [][]byte) error {
	if len(request) == credentialsFrame+1 && len(request[credentialsFrame]) == keySize {
		return fmt.Errorf("%w: %s", ErrUnauthorized, encodeZ85(request[credentialsFrame]))
	}
	return ErrUnauthorized
}

// receiveAll returns the frames of a message, or nil if there is none.
func receiveAll(s *socket) (frames [][]byte, err error) {
	for {
		frame, more, ok, err := s.receive()
		if err != nil || !ok {
			return nil, err
		}
		if frames = append(frames, frame); !more {
			return frames, nil
		}
	}
}

// close ends the goroutine.
func (a *authenticator) close() error {
	a.stop()
	<-a.done
	return a.err
}
