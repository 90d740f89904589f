//go:build !linux

package listener

import "net"

func receiver(c net.PacketConn) func(b []byte) (n int, dropped uint64, from net.Addr, err error) {
	return receivePlain(c)
}
