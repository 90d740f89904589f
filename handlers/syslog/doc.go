// Package syslog has handlers for the log daemons of the system: syslog, local or over
// the network, and systemd's journal.
//
//	h, err := syslog.New(&syslog.Options{AppName: "shop", Level: logbook.LevelError})
//	if err != nil {
//		return err
//	}
//	defer h.Close(context.Background())
//	defer logbook.PushApplication(h)()
//
// # Addresses
//
// Options.Address is where messages go, and their form follows from it, as in Python's
// Logbook. Other options change the form.
//
//	address               form       framing        bytes
//	""                    RFC 3164   NUL            8096   the platform's socket
//	unix:/dev/log         RFC 3164   NUL            8096   datagram or stream
//	udp://loghost         RFC 5424   newline        2048   port 514
//	tcp://loghost:601     RFC 5424   newline        8096   port 514 if left out
//	tls://loghost         RFC 5424   octet count    8096   port 6514
//
// A record looks as follows, without and with an AppName:
//
//	<12>shop.cart: item sold out
//	<12>shop:shop.cart: item sold out
//	<12>1 2024-02-29T13:37:42.005000Z host shop.cart 4242 - - item sold out
//	<12>1 2024-02-29T13:37:42.005000Z host shop 4242 - - shop.cart: item sold out
//
// # Levels
//
//	CRITICAL            crit
//	ERROR               err
//	WARNING             warning
//	NOTICE, SUCCESS     notice
//	INFO                info
//	DEBUG, TRACE        debug
//
// A level between two of these counts as the lower one.
//
// # Attributes
//
// The text ends with the attributes that the message does not show. With
// Options.StructuredData all attributes are in the header of RFC 5424 instead, where a
// daemon can find them:
//
//	<14>1 ... shop 4242 - [shop@32473 path="/cart" status="200"] shop.cart: served /cart
//
// # Several lines
//
// A message is one line: newlines of the data become \n. An error's traceback has lines
// of its own; with newline framing, each of them is a message with a full header. The
// text of a custom formatter is sent unchanged; if it has newlines, as with
// [logbook.FormatOptions.Multiline], only the first line has the prefix that the
// formatter adds.
//
// # What can be lost
//
// Handle returns nil when the operating system has the record. After that:
//
//   - A unix datagram is in the daemon's socket. It is lost if the daemon ends
//     before it reads it. Where the socket is full, Handle waits up to the Timeout,
//     and then fails.
//   - A UDP datagram may be lost anywhere, and nothing reports it.
//   - On a stream, the system may hold records that the daemon has not read. They
//     are lost when the connection breaks. If the daemon closed it, as when it is
//     restarted, this is seen before the next record, which goes over a new
//     connection. On unix the connection is checked before each record; on Windows a
//     goroutine waits for it, so a record written at the same moment may be lost.
//     If the daemon's machine vanished, the system takes records until its buffer is
//     full or its own timeouts end, and they are lost.
//   - With TLS 1.3 a server refuses a client's certificate only after the client
//     thinks all is well, so the first record may be lost with it.
//
// Syslog has no acknowledgements, so there is no way to know more. A record that failed
// on a broken stream is sent once more over a new one, whole, so a daemon may have it
// twice. If that fails too, Handle returns an [*Error], and the next records fail at once
// until the pause before the next attempt is over. [Handler.Stats] counts all of this.
//
// For records that must arrive, use a file in addition.
//
// # The journal
//
// [NewJournal] sends to systemd-journald in its own protocol, with attributes and
// the place of the call as fields: journalctl REQUEST_ID=abc finds them.
//
// # The log of the platform
//
// [NewSystem] picks syslog on unix and the event log on Windows.
package syslog
