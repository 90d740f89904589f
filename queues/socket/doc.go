// Package socket exchanges records with other programs over sockets, in their formats.
//
// # Receiving
//
// [Listen] returns a subscriber for programs that log over TCP, TLS, UDP or unix sockets:
//
//	s, err := socket.Listen("tcp://127.0.0.1:9020", &socket.ListenOptions{
//		Accept: []socket.Format{socket.Pickle, socket.JSON},
//	})
//	if err != nil {
//		return err
//	}
//	go func() {
//		<-interrupted
//		s.Close(ctx) // what has arrived is still dispatched
//	}()
//	err = queues.DispatchForever(context.Background(), s)
//
// The formats are JSON lines, syslog, the pickles of Python's SocketHandler, and the
// alarm lines of lab_utils. Each has to be named in Accept; one port can receive several.
// In Python the port above is used so:
//
//	logging.getLogger().addHandler(logging.handlers.SocketHandler("127.0.0.1", 9020))
//
// and with rsyslog, the port of a subscriber that accepts [Syslog]:
//
//	*.* action(type="omfwd" target="127.0.0.1" port="9020" protocol="tcp")
//
// # What a record gets
//
// Time, level, channel, message, attributes, error and source are those of the sender, as
// far as its format has them; what is missing gets the time of receipt, INFO, or the name of
// the format as channel. A record from syslog has its program as channel, and facility,
// host, procid, msgid and structured data as attributes, and severity where the level does not
// say it (emerg, alert). See [Subscriber] for the attributes about the sender.
//
// # What can be lost
//
// None of these formats has acknowledgements, so a sender does not know what has arrived:
//
//   - While the subscriber is not read, or a limit is reached, senders on streams wait, or
//     drop records themselves: Python's SocketHandler blocks, rsyslog queues.
//   - What is on its way while the subscriber closes, or its process ends, is lost. Close
//     reads what the system has received by then. Over a restart, Python's SocketHandler
//     drops records for some seconds, unless the socket stays open: with a listener that
//     systemd holds, see [NewSubscriber].
//   - UDP datagrams may be lost anywhere. Those that this system dropped because its
//     buffer was full are counted and reported on Linux.
//   - Refused input is counted and reported.
//
// # Hostile peers
//
// Whoever reaches the socket can send records, so a plaintext address is refused unless it
// is one of this machine, or Insecure is set. TLS with client certificates lets only the
// holders in, and the permissions of a unix socket its users.
//
// Every peer has limits: the length of a frame, the time for it, the number of connections,
// the memory; see [ListenOptions]. While all connections are taken, those that have not
// sent a frame make room for new ones. A stream that breaks its framing is closed, which
// affects no other.
//
// # Sending
//
// [NewPythonHandler] sends to a program that receives from Python's
// logging.handlers.SocketHandler, and [NewAlarmHandler] to a daemon that takes lab_utils'
// alarms as commands. Their log calls wait for the network, and an alarm for the daemon's
// reply. A queues.Background before the handler takes that off the call:
//
//	h, err := socket.NewPythonHandler("tcp://loghost:9020", nil)
//	if err != nil {
//		return err
//	}
//	b := queues.NewBackground(h, nil)
//	defer b.Close(ctx)
//	defer logbook.PushApplication(b)()
//
// Both reconnect: after a failure they wait 0.1 s, then about twice as long each time, up to
// 30 s. Their Stats count the records, and the pauses show in each [SendError].
package socket
