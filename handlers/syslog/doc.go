// Package syslog has handlers to the log daemons of the system: to syslog, local
// or over the network, and to systemd's journal.
//
//	h, err := syslog.New(&syslog.Options{AppName: "shop", Level: logbook.LevelError})
//	if err != nil {
//		return err
//	}
//	defer h.Close(context.Background())
//	defer logbook.PushApplication(h)()
//
// # Where to
//
// Options.Address says where messages go, and their form follows from it, as with
// Python's Logbook. All of it can be set otherwise.
//
//	address               form       told apart by   bytes
//	""                    RFC 3164   NUL             8096   the platform's socket
//	unix:/dev/log         RFC 3164   NUL             8096   datagram or stream
//	udp://loghost         RFC 5424   newline         2048   port 514
//	tcp://loghost:601     RFC 5424   newline         8096   port 514 if left out
//	tls://loghost         RFC 5424   octet count     8096   port 6514
//
// What a record becomes, without and with an AppName:
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
// A level in between counts as the lower one.
//
// # Attributes
//
// The text ends in the attributes that the message does not show. With
// Options.StructuredData they stand, all of them, in the header of RFC 5424
// instead, where a daemon can find them:
//
//	<14>1 ... shop 4242 - [shop@32473 path="/cart" status="200"] shop.cart: served /cart
//
// # Several lines
//
// A message of the data is one line: its newlines become \n. An error's traceback
// has lines of its own, each of which is a message with a full header where messages
// are told apart by newlines. With a formatter of one's own the text is sent as it
// is; if it has newlines, as with [logbook.FormatOptions.Multiline], only the
// first line has what the formatter put before it.
//
// # What can be lost
//
// Handle returns nil when the operating system has the record. From there on:
//
//   - A unix datagram is in the daemon's socket. It is lost if the daemon ends
//     before it reads it. Where the socket is full, Handle waits up to the Timeout,
//     and then fails.
//   - A UDP datagram may be lost anywhere, and nobody hears of it.
//   - On a stream, the system may hold records that the daemon has not read. They
//     are lost when the connection breaks. If the daemon closed it, as when it is
//     restarted, this is seen before the next record, which goes over a new
//     connection. On unix the system is asked before each record; on Windows a
//     goroutine waits for it, so a record written in the same moment may be lost.
//     If the daemon's machine vanished, the system takes records until its buffer is
//     full or its own timeouts end, and they are lost.
//   - With TLS 1.3 a server refuses a client's certificate only after the client
//     thinks all is well, so the first record may be lost with it.
//
// Syslog has no acknowledgements, so there is no way to know more. A record that
// failed on a broken stream is sent once more over a new one, whole, so a daemon
// may have it twice. If that fails too, Handle returns an [*Error], and the next
// records fail at once until the pause before the next attempt is over. All of it is
// counted by [Handler.Stats].
//
// For records that must arrive, put a file or a queue beside it.
//
// # The journal
//
// [NewJournal] sends to systemd-journald in its own protocol, with attributes and
// the place of the call as fields: journalctl REQUEST_ID=abc finds them.
//
// # Whatever the system has
//
// [NewSystem] picks syslog on unix and the event log on Windows.
package syslog
