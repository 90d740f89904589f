//go:build !(cgo && zmq && !windows)

package zeromq

import "time"

// Context is a ZeroMQ context, for [SocketOptions]: the Context of github.com/pebbe/zmq4,
// with the build tag zmq.
type Context struct{ _ int }

// Socket is a ZeroMQ socket, for [HandlerOptions] and [SubscriberOptions]: the Socket of
// github.com/pebbe/zmq4, with the build tag zmq.
type Socket struct{ _ int }

// socket stands for the one of programs with libzmq. There is none here.
type socket struct{ ready chan struct{} }

func checkLibrary() error                                  { return ErrNotBuilt }
func newContext() (*Context, error)                        { return nil, ErrNotBuilt }
func endContext(*Context) error                            { return ErrNotBuilt }
func newSocket(*Context, socketType) (*socket, error)      { return nil, ErrNotBuilt }
func ownSocket(*Socket) (*socket, error)                   { return nil, ErrNotBuilt }
func (s *socket) socketType() (socketType, error)          { return 0, ErrNotBuilt }
func (s *socket) unguarded() (bool, error)                 { return false, ErrNotBuilt }
func (s *socket) set(settings) error                       { return ErrNotBuilt }
func (s *socket) bind(string) error                        { return ErrNotBuilt }
func (s *socket) connect(string) error                     { return ErrNotBuilt }
func (s *socket) reconnect(string) error                   { return ErrNotBuilt }
func (s *socket) endpoint() (string, error)                { return "", ErrNotBuilt }
func (s *socket) send([]byte, bool) (bool, error)          { return false, ErrNotBuilt }
func (s *socket) refresh() error                           { return ErrNotBuilt }
func (s *socket) receive() (f []byte, m, ok bool, e error) { return nil, false, false, ErrNotBuilt }
func (s *socket) watchEvents(string) error                 { return ErrNotBuilt }
func (s *socket) endEvents() error                         { return ErrNotBuilt }
func (s *socket) event() (Event, bool, error)              { return Event{}, false, ErrNotBuilt }
func (s *socket) close(time.Duration) error                { return ErrNotBuilt }
