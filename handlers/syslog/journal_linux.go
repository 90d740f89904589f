package syslog

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"

	"golang.org/x/sys/unix"

	"github.com/logbook-go/logbook/internal/netlink"
	"github.com/logbook-go/logbook/internal/sender"
)

func journalDialer(socket string) func(context.Context) (sender.Conn, error) {
	return func(ctx context.Context) (sender.Conn, error) {
		conn, err := netlink.Dial(ctx, "unixgram", socket)
		if err != nil {
			return nil, err
		}
		return entries{conn.(*net.UnixConn)}, nil
	}
}

// entries sends entries of the journal, each as a datagram, or, if that is too
// long, as a file in memory.
type entries struct{ *net.UnixConn }

// Send implements [sender.Conn].
func (c entries) Send(m *sender.Batch, i int) (next int, err error) {
	for ; i < len(m.Ends); i++ {
		entry := m.Message(i)
		_, err := c.Write(entry)
		if errors.Is(err, unix.EMSGSIZE) || errors.Is(err, unix.ENOBUFS) {
			err = c.sendFile(entry)
		}
		if err != nil {
			return i, err
		}
	}
	return i, nil
}

// HungUp implements [sender.Conn].
func (entries) HungUp() bool { return false }

// Abort implements [sender.Conn].
func (c entries) Abort() error { return c.Close() }

// sendFile passes an entry as a sealed file, which cannot be changed while journald has
// it mapped.
func (c entries) sendFile(entry []byte) error {
	fd, err := unix.MemfdCreate("logbook-journal", unix.MFD_ALLOW_SEALING|unix.MFD_CLOEXEC)
	if err != nil {
		return fmt.Errorf("an entry of %d bytes: memfd_create: %w", len(entry), err)
	}
	file := os.NewFile(uintptr(fd), "logbook-journal")
	defer file.Close()
	if _, err := file.Write(entry); err != nil {
		return err
	}
	const seals = unix.F_SEAL_SHRINK | unix.F_SEAL_GROW | unix.F_SEAL_WRITE | unix.F_SEAL_SEAL
	if _, err := unix.FcntlInt(uintptr(fd), unix.F_ADD_SEALS, seals); err != nil {
		return fmt.Errorf("sealing an entry: %w", err)
	}
	return c.sendRights(fd)
}

// sendRights sends an empty datagram with a descriptor. WriteMsgUnix refuses that on a
// connected socket.
func (c entries) sendRights(fd int) error {
	raw, err := c.SyscallConn()
	if err != nil {
		return err
	}
	rights := unix.UnixRights(fd)
	var failure error
	err = raw.Write(func(socket uintptr) bool {
		failure = unix.Sendmsg(int(socket), nil, rights, nil, 0)
		return failure != unix.EAGAIN // on EAGAIN, wait until there is room
	})
	if err == nil && failure != nil {
		err = os.NewSyscallError("sendmsg", failure)
	}
	return err
}
