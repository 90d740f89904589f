// Package socket exchanges records with other programs over sockets, in their formats.
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
