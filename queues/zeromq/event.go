package zeromq

// Event is a change in the connections of a socket, for the hook Monitor of
// [SocketOptions].
type Event struct {
	Kind    EventKind
	Address string // the endpoint of ZeroMQ that it is about
	Err     error  // of AcceptFailed and HandshakeFailed
}

// EventKind is the kind of an [Event].
type EventKind string

// The kinds of events.
const (
	Listening          EventKind = "listening"           // the address is bound
	Accepted           EventKind = "accepted"            // a peer has connected
	AcceptFailed       EventKind = "accept failed"       // such as for lack of descriptors
	Connected          EventKind = "connected"           // this end has connected
	Retrying           EventKind = "retrying"            // the next attempt to connect will follow
	HandshakeSucceeded EventKind = "handshake succeeded" // records can flow
	HandshakeFailed    EventKind = "handshake failed"    // wrong key, or wrong protocol
	Disconnected       EventKind = "disconnected"        // also after a failed handshake

	lastEvent EventKind = "stopped"
)
