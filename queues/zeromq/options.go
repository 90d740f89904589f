package zeromq

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
)

// SocketOptions are the options that all sockets share.
type SocketOptions struct {
	// Curve encrypts and authenticates; nil: neither. A server accepts no client whose key
	// is not among its ClientKeys.
	Curve *Curve

	// Insecure permits tcp addresses beyond this machine without Curve: anybody who reaches
	// them can then read the records, or send some.
	Insecure bool

	// HighWater bounds the records that ZeroMQ holds for each peer, in each direction. The
	// system's buffers hold more. 0: 1000.
	HighWater int

	// MaxMessageSize bounds a record in bytes. A peer that sends a larger one is
	// disconnected before memory is taken for it. 0: 16 MiB.
	MaxMessageSize int

	// Heartbeat is the time between questions to an idle peer whether it is there. One that
	// does not answer in three times the time is disconnected. A peer that is too busy to
	// read answers nothing, and a disconnection may lose records, so receiving sockets
	// should have none. TCP's own keepalive is always on, and finds a peer that is gone
	// within about 25 s. 0: 5 s for the handler that publishes, otherwise none; negative:
	// none.
	Heartbeat time.Duration

	// ReconnectMin and ReconnectMax are the first and the longest pause between attempts to
	// connect. 0: 100 ms and 10 s.
	ReconnectMin, ReconnectMax time.Duration

	// Context is the context of the socket; nil: one of its own, which is required with
	// Curve at the server. Sockets at inproc addresses must share one. It is not ended here,
	// and ending it elsewhere first is an error.
	Context *Context

	// Monitor is called for each change in the connections, on one goroutine, until the
	// socket is closed. It must not wait, since ZeroMQ waits for it.
	Monitor func(Event)
}

// End is which end of a connection a socket is.
type End int8

// The ends. Any number of peers may connect to one that binds.
const (
	EndAuto End = iota // depends on the socket
	Bind
	Connect
)

// HandlerOptions configure [NewHandler]. nil is the default.
type HandlerOptions struct {
	Level  slog.Leveler               // lowest level taken; nil: all
	Filter func(*logbook.Record) bool // called after the processors; nil: all
	Bubble bool                       // pass handled records on to the next handler

	// Push sends each record to one of the peers, which are PULL sockets, and waits for one
	// if there is none. Otherwise each record goes to all peers, which are SUB sockets, and
	// to nobody if there is none.
	Push bool

	// End is Bind or Connect; EndAuto: Connect with Push, otherwise Bind, as in Python.
	End End

	// MaxRecords, MaxBytes and Overflow configure the queue before the socket; see
	// [queues.BackgroundOptions]. Overflow 0: [queues.DropOldest].
	MaxRecords, MaxBytes int
	Overflow             queues.Overflow

	// SendTimeout bounds the time that a record waits for a peer that has room, after which
	// it is dropped, with those that were taken from the queue with it. 0: no bound; the
	// queue fills, and Overflow decides.
	SendTimeout time.Duration

	// Linger bounds the time that Close waits for ZeroMQ to send what it holds, if its
	// context does not end sooner. 0: 5 s.
	Linger time.Duration

	SocketOptions

	// Socket is used in place of a new one: an XPUB or PUSH socket with options of its own,
	// connected or bound. The handler takes it over, and closes it. The address must be
	// "" then, and End, Push and the SocketOptions unset, but for MaxMessageSize.
	Socket *Socket
}

// SubscriberOptions configure [NewSubscriber]. nil is the default.
type SubscriberOptions struct {
	// Pull receives from PUSH sockets. Otherwise peers are PUB sockets.
	Pull bool

	// End is Bind or Connect; EndAuto: Bind with Pull, otherwise Connect, as in Python.
	End End

	// Topics are the beginnings of the frames to subscribe to; none: all. The frames of this
	// package begin with the channel: {"channel": "app". Those of Python begin with a
	// different key in each process. They are not for Pull.
	Topics []string

	SocketOptions

	// Socket is used in place of a new one: a SUB or PULL socket with options of its own,
	// connected or bound. The subscriber takes it over, and closes it. The address must be
	// "" then, and End, Pull, Topics and the SocketOptions unset.
	Socket *Socket
}

// ProxyOptions configure [NewProxy]. nil is the default. The sockets may have different
// keys.
type ProxyOptions struct {
	Publishers  SocketOptions // of the socket to which publishers connect
	Subscribers SocketOptions // of the socket to which subscribers connect
}

// Defaults.
const (
	defaultHighWater    = 1000
	defaultMaxMessage   = 16 << 20
	defaultHeartbeat    = 5 * time.Second
	defaultReconnectMin = 100 * time.Millisecond
	defaultReconnectMax = 10 * time.Second
	defaultLinger       = 5 * time.Second
)

// Fixed settings of sockets.
const (
	maxTopic          = 64 << 10
	missedHeartbeats  = 3
	keepaliveIdle     = 10 // seconds
	keepaliveInterval = 5  // seconds
	keepaliveCount    = 3
)

// handshakeTime bounds a handshake. Tests change it.
var handshakeTime = 10 * time.Second

// socketType is a type of ZeroMQ's sockets.
type socketType int8

const (
	xpub socketType = iota
	xsub
	sub
	push
	pull
	rep  // for authentication
	pair // for events
)

func (t socketType) String() string {
	return [...]string{"XPUB", "XSUB", "SUB", "PUSH", "PULL", "REP", "PAIR"}[t]
}

// settings are the checked options of a socket.
type settings struct {
	kind     socketType
	address  string
	connect  bool
	context  *Context
	monitor  func(Event)
	given    *Socket      // used in place of a new one
	accepted []socketType // that the given one may have
	bad      problem      // reports an invalid option

	highWater, maxMessage      int
	maxReceive                 int
	heartbeat                  time.Duration
	reconnectMin, reconnectMax time.Duration
	ipv6, noDrop               bool
	keys                       *keys
	topics                     []string
}

// problem makes the error of an invalid option. Those of a proxy have a prefix.
type problem func(option string, err error) error

func invalid(options, prefix string) problem {
	return func(option string, err error) error {
		return &logbook.OptionError{Options: options, Option: prefix + option, Err: err}
	}
}

func (o *HandlerOptions) check(addr string) (settings, error) {
	bad := invalid("zeromq.HandlerOptions", "")
	switch {
	case o.MaxRecords < 0:
		return settings{}, bad("MaxRecords", errors.New("want 0 or more"))
	case o.MaxBytes < 0:
		return settings{}, bad("MaxBytes", errors.New("want 0 or more"))
	case o.Overflow < 0 || o.Overflow > queues.DropLowest:
		return settings{}, bad("Overflow", fmt.Errorf("got %d, want a policy of package queues", o.Overflow))
	case o.SendTimeout < 0:
		return settings{}, bad("SendTimeout", errors.New("want 0 or more"))
	case o.Linger < 0:
		return settings{}, bad("Linger", errors.New("want 0 or more"))
	}
	s := settings{kind: xpub, connect: o.End == Connect, given: o.Socket, accepted: []socketType{xpub, push}, noDrop: true, bad: bad}
	if o.Push {
		s.kind, s.connect, s.noDrop = push, o.End != Bind, false
	}
	if err := s.checkGiven(addr, o.End, o.Push); err != nil {
		return settings{}, err
	}
	err := s.check(addr, &o.SocketOptions)
	return s, err
}

func (o *SubscriberOptions) check(addr string) (settings, error) {
	bad := invalid("zeromq.SubscriberOptions", "")
	s := settings{kind: sub, connect: o.End != Bind, given: o.Socket, accepted: []socketType{sub, pull}, topics: o.Topics, bad: bad}
	switch {
	case o.Pull && len(o.Topics) > 0:
		return settings{}, bad("Topics", errors.New("want none with Pull"))
	case o.Socket != nil && len(o.Topics) > 0:
		return settings{}, bad("Topics", errors.New("want none with a Socket"))
	case o.Pull:
		s.kind, s.connect = pull, o.End == Connect
	case len(o.Topics) == 0:
		s.topics = []string{""}
	}
	if err := s.checkGiven(addr, o.End, o.Pull); err != nil {
		return settings{}, err
	}
	err := s.check(addr, &o.SocketOptions)
	return s, err
}

// checkGiven checks the options that are about the end and the kind of the socket.
func (s *settings) checkGiven(addr string, end End, set bool) error {
	switch {
	case end < EndAuto || end > Connect:
		return s.bad("End", fmt.Errorf("got %d, want EndAuto, Bind or Connect", end))
	case s.given == nil:
		return nil
	case addr != "":
		return s.bad("address", errors.New(`want "" with a Socket`))
	case end != EndAuto || set:
		return s.bad("Socket", errors.New("want neither an End nor Push or Pull with it: it has its own"))
	}
	return nil
}

// check completes the settings by those of the options that all sockets share.
func (s *settings) check(addr string, o *SocketOptions) error {
	s.address, s.context, s.monitor = addr, o.Context, o.Monitor
	if s.given != nil {
		rest := *o
		rest.MaxMessageSize = 0
		if rest.Curve != nil || rest.Insecure || rest.HighWater != 0 || rest.Heartbeat != 0 || rest.ReconnectMin != 0 ||
			rest.ReconnectMax != 0 || rest.Context != nil || rest.Monitor != nil {
			return s.bad("Socket", errors.New("want no SocketOptions with it but MaxMessageSize: it has its own"))
		}
	} else if err := s.checkAddress(addr, o); err != nil {
		return err
	}
	switch {
	case o.HighWater < 0 || o.HighWater > math.MaxInt32:
		return s.bad("HighWater", errors.New("want 1 to 2147483647, or 0 for the default"))
	case o.MaxMessageSize < 0:
		return s.bad("MaxMessageSize", errors.New("want 1 or more, or 0 for the default"))
	}
	s.highWater = cmp.Or(o.HighWater, defaultHighWater)
	s.maxMessage = cmp.Or(o.MaxMessageSize, defaultMaxMessage)
	s.reconnectMin, s.reconnectMax = cmp.Or(o.ReconnectMin, defaultReconnectMin), cmp.Or(o.ReconnectMax, defaultReconnectMax)
	s.maxReceive = s.maxMessage
	if s.kind == xpub || s.kind == push { // peers send topics only, or nothing
		s.maxReceive = maxTopic
	}
	s.heartbeat = o.Heartbeat
	if o.Heartbeat == 0 && s.kind == xpub {
		s.heartbeat = defaultHeartbeat
	}
	for _, d := range []struct {
		option string
		d      time.Duration
	}{{"ReconnectMin", s.reconnectMin}, {"ReconnectMax", s.reconnectMax}, {"Heartbeat", s.heartbeat}} {
		switch {
		case d.option == "Heartbeat" && d.d <= 0:
		case d.d < time.Millisecond || d.d > time.Hour:
			return s.bad(d.option, errors.New("want 1 ms to 1 h"))
		}
	}
	if s.reconnectMax < s.reconnectMin {
		return s.bad("ReconnectMax", fmt.Errorf("want %v, the ReconnectMin, or more", s.reconnectMin))
	}
	return nil
}

func (s *settings) checkAddress(addr string, o *SocketOptions) error {
	a, err := parseAddress(addr)
	if err != nil {
		return s.bad("address", err)
	}
	if o.Curve != nil {
		keys, field, err := o.Curve.check()
		switch {
		case err != nil:
			return s.bad(field, err)
		case keys.server == "" && o.Context != nil:
			return s.bad("Context", errors.New("want none at a server with Curve: the keys are checked in a context of its own"))
		case a.scheme == "inproc":
			return s.bad("Curve", errors.New("want none at an inproc address"))
		}
		s.keys = keys
	}
	switch {
	case a.scheme == "inproc" && o.Context == nil:
		return s.bad("Context", errors.New("want the one of the peer at an inproc address"))
	case !a.local() && o.Curve == nil && !o.Insecure:
		return s.bad("address", fmt.Errorf("%s is not on this machine, or open to others: want Curve, or Insecure to send records unprotected", a.host))
	case a.host == "*" && s.connect:
		return s.bad("address", errors.New("want a host to connect to"))
	}
	if a.host == "localhost" && !s.connect { // libzmq binds to addresses and interfaces
		s.address = strings.Replace(addr, a.host, "127.0.0.1", 1)
	}
	s.ipv6 = a.ipv6()
	return nil
}

// oldest is the oldest version of libzmq without known holes that an unknown peer can use.
var oldest = [3]int{4, 3, 3}

// checkVersion refuses a version of libzmq that is too old.
func checkVersion(v [3]int) error {
	switch {
	case v == [3]int{}:
		return errors.New("zeromq: the program was built for another version of libzmq than the one that is installed")
	case slices.Compare(v[:], oldest[:]) < 0:
		return fmt.Errorf("zeromq: libzmq %d.%d.%d has known holes that unknown peers can use: want %d.%d.%d or later",
			v[0], v[1], v[2], oldest[0], oldest[1], oldest[2])
	}
	return nil
}
