package listener

import (
	"encoding/binary"
	"net"
	"syscall"
)

// receiver returns a function that receives a datagram. dropped is how many the system has
// dropped before it, or 0 if that is not known.
func receiver(c net.PacketConn) func(b []byte) (n int, dropped uint64, from net.Addr, err error) {
	udp, ok := c.(*net.UDPConn)
	if !ok {
		return receivePlain(c)
	}
	raw, err := udp.SyscallConn()
	if err != nil {
		return receivePlain(c)
	}
	_ = raw.Control(func(fd uintptr) {
		_ = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RXQ_OVFL, 1)
	})
	oob := make([]byte, 64)
	var total uint64
	return func(b []byte) (int, uint64, net.Addr, error) {
		n, m, _, from, err := udp.ReadMsgUDP(b, oob)
		if from == nil || err != nil {
			return n, total, nil, err
		}
		if count, ok := overflow(oob[:m]); ok {
			total += uint64(count - uint32(total)) // the system counts in 32 bits
		}
		return n, total, from, nil
	}
}

// overflow returns the count of dropped datagrams in a control message. The system adds it
// as soon as something was dropped.
func overflow(oob []byte) (count uint32, ok bool) {
	messages, err := syscall.ParseSocketControlMessage(oob)
	if err != nil {
		return 0, false
	}
	for _, m := range messages {
		if m.Header.Level == syscall.SOL_SOCKET && m.Header.Type == syscall.SO_RXQ_OVFL && len(m.Data) >= 4 {
			return binary.NativeEndian.Uint32(m.Data), true
		}
	}
	return 0, false
}
