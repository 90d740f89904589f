//go:build !unix

package listener

import (
	"errors"
	"net"
)

// SetBacklog sets how many connections the system holds until they are accepted, where it
// can.
func SetBacklog(net.Listener, int) error { return errors.ErrUnsupported }
