// Package daemon serves commands over TCP, TLS or a unix socket, in the line protocol of
// lab_utils' daemon, so that clients of either can use the other's daemons.
//
//	s, err := daemon.New("tcp://localhost:1507", &daemon.Options{
//		Description: "Reads the gauges of the cryostat.",
//		Commands: []daemon.Command{{
//			Name: "set", Help: "set the temperature of a stage",
//			Args: []daemon.Arg{
//				{Name: "stage", Choices: []string{"40K", "4K"}, Help: "the stage"},
//				{Name: "kelvin", Kind: daemon.Float, Help: "the temperature"},
//				{Name: "--ramp", Kind: daemon.Duration, Default: "10m", Help: "how long it may take"},
//			},
//			Exclusive: true,
//			Run: func(ctx context.Context, c *daemon.Call) (any, error) {
//				return nil, cryostat.Set(ctx, c.Text("stage"), c.Float("kelvin"), c.Duration("ramp"))
//			},
//		}},
//	})
//	if err != nil {
//		return err
//	}
//	return s.Run(context.Background())
//
// Then, from a shell or a program:
//
//	logbook daemon call localhost:1507 set 4K 4.2 --ramp 5m
//	logbook daemon shell localhost:1507
//
// # Messages
//
// A connection has one message and its reply. The message is a line, or ends with the sending
// side of the connection, or, for the clients of lab_utils, when nothing more comes for a
// moment; see [Options].Silence. Newlines between braces belong to the message.
//
//	alarm --message {hello big world} --n 2
//
// Spaces separate words. Braces group: spaces inside them do not separate, braces inside them
// must match, and the outermost ones do not belong to the word, so that {} is the empty word.
// A group is a value even if it begins with hyphens. In a group, \x and two hexadecimal
// digits stand for a byte, so that a value can have braces that do not match, and control
// characters. Commands and choices match exactly, and in case. Options may be shortened; see
// [Arg].
//
// Unlike in lab_utils, extra spaces mean nothing, nested braces nest, --message={a b} is
// possible, and an open brace is an error.
//
// # Replies
//
// A reply is text, which may be empty. To an invalid command it is "Error! "
// with the reason, and the help; for a command that failed, "Unknown exception! Check daemon
// log!" with the error on the next line.
//
// The word --json before the command asks for a line of JSON:
//
//	--json status
//	{"ok":true,"reply":{"name":"cryostat","pid":123}}
//	{"ok":false,"code":"invalid","error":"empty message"}
//
// With [Options].Tokens, a message begins with --token and a token. Otherwise it is refused
// before the rest of it is looked at.
//
// # Clients
//
// All clients are served at the same time, within limits for the number of connections, the
// length of a message, and the time for it. A client that sends nothing, or half a message,
// holds up nobody. What is refused is counted, and reported by a record on channel "logbook",
// at most every ten seconds.
//
// Whoever reaches the socket can send commands. Without TLS and client certificates, or
// tokens, the address should be a loopback address or a unix socket; otherwise Run logs a
// warning.
//
// # Under systemd
//
// A daemon uses the socket that systemd has opened, reports that it is ready, reloads and
// stops, and serves the watchdog. Clients then wait during a restart and lose nothing.
package daemon
