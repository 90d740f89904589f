package listener

import (
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
)

// Socket is a socket that systemd, or another program with its protocol, has opened for this
// process.
type Socket struct {
	Name string // FileDescriptorName of the socket unit

	// One of these is set. They are not used, so that the socket can be opened again.
	listener net.Listener
	packets  net.PacketConn
}

// Open returns a copy of the socket, as a listener or as one for datagrams; the other is nil.
// Closing it does not close the socket.
func (s *Socket) Open() (net.Listener, net.PacketConn, error) {
	var original any = s.listener
	if s.packets != nil {
		original = s.packets
	}
	f, err := original.(interface{ File() (*os.File, error) }).File()
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	return fromFile(f)
}

// fromFile makes a socket of a descriptor. Package net uses a copy, and does not remove the
// file of a unix socket, which is systemd's.
func fromFile(f *os.File) (net.Listener, net.PacketConn, error) {
	l, err := net.FileListener(f)
	if err == nil {
		return l, nil, nil
	}
	p, err := net.FilePacketConn(f)
	return nil, p, err
}

// firstDescriptor is where the passed sockets begin.
const firstDescriptor = 3

// Activated returns the sockets that were passed to this process by the variables
// LISTEN_FDS, LISTEN_PID and LISTEN_FDNAMES, and unsets these, so that child processes do
// not take them for theirs. Without them, or if they are for another process, there are no
// sockets. If one cannot be used, all are closed.
func Activated() (sockets []Socket, err error) {
	return activated(firstDescriptor)
}

func activated(first int) (sockets []Socket, err error) {
	pid, fds, names := os.Getenv("LISTEN_PID"), os.Getenv("LISTEN_FDS"), os.Getenv("LISTEN_FDNAMES")
	for _, name := range []string{"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"} {
		_ = os.Unsetenv(name)
	}
	if p, err := strconv.Atoi(pid); err != nil || p != os.Getpid() {
		return nil, nil
	}
	n, err := strconv.Atoi(fds)
	if err != nil || n < 0 || n > 1000 {
		return nil, fmt.Errorf("LISTEN_FDS: invalid number of sockets %q", fds)
	}
	list := strings.Split(names, ":")
	for i := range n {
		s := Socket{Name: fmt.Sprint("LISTEN_FD_", first+i)}
		if i < len(list) && list[i] != "" {
			s.Name = list[i]
		}
		f := os.NewFile(uintptr(first+i), s.Name)
		var failure error
		if s.listener, s.packets, failure = fromFile(f); failure != nil && err == nil {
			err = fmt.Errorf("socket %s: %w", s.Name, failure)
		}
		_ = f.Close()
		sockets = append(sockets, s)
	}
	if err == nil {
		return sockets, nil
	}
	for _, s := range sockets {
		if s.listener != nil {
			_ = s.listener.Close()
		}
		if s.packets != nil {
			_ = s.packets.Close()
		}
	}
	return nil, err
}
