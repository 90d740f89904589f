// Package listener accepts connections and datagrams for every server of this module,
// within limits that a hostile peer cannot exceed.
//
// A [Server] hands each connection to a function on a goroutine of its own, as a [Conn],
// which is read in frames: a peer that sends a frame too slowly loses its connection, and
// so does one that is silent for too long. While there are too many connections, those that
// have not sent a whole frame yet make room for new ones, the oldest first.
//
// A server that reads connections in its own way, as that of net/http does, accepts them
// from the listener that Handover returns.
//
// Close stops accepting. Each connection is read on until it is silent for a moment, and
// then the function ends by itself, since Read fails. What has not ended when the context
// ends is cut.
//
// [Datagrams] is the same for UDP and unix datagrams. [Listen] and [ListenPacket] make the
// sockets, and [Activated] returns those that systemd passed to the process.
package listener
