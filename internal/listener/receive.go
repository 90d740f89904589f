package listener

import "net"

// receivePlain is a receiver that does not know of dropped datagrams.
func receivePlain(c net.PacketConn) func(b []byte) (n int, dropped uint64, from net.Addr, err error) {
	return func(b []byte) (int, uint64, net.Addr, error) {
		n, from, err := c.ReadFrom(b)
		return n, 0, from, err
	}
}
