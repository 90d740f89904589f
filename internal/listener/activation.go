package listener

import (
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
)

// Socket is a socket that systemd, or another program with its protocol, has opened for this
// process. One of the fields Listener and Packets is set.
type Socket struct {
	Name     string // FileDescriptorName of the socket unit
	Listener net.Listener
	Packets  net.PacketConn
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
		if e := s.open(uintptr(first + i)); e != nil && err == nil {
			err = fmt.Errorf("socket %s: %w", s.Name, e)
		}
		sockets = append(sockets, s)
	}
	if err == nil {
		return sockets, nil
	}
	for _, s := range sockets {
		if s.Listener != nil {
			_ = s.Listener.Close()
		}
		if s.Packets != nil {
			_ = s.Packets.Close()
		}
	}
	return nil, err
}

// open makes the socket of a descriptor, which it closes: package net uses a copy.
func (s *Socket) open(fd uintptr) (err error) {
	f := os.NewFile(fd, s.Name)
	defer f.Close()
	if s.Listener, err = net.FileListener(f); err == nil {
		if u, ok := s.Listener.(*net.UnixListener); ok {
			u.SetUnlinkOnClose(false) // the file is systemd's
		}
		return nil
	}
	s.Packets, err = net.FilePacketConn(f)
	return err
}
