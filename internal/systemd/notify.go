// Package systemd reports the state of a service to systemd, or to another service manager
// with its protocol, sd_notify(3).
package systemd

import (
	"fmt"
	"net"
	"os"
	"strconv"
	"time"
)

// States of [Notify].
const (
	Ready     = "READY=1"
	Reloading = "RELOADING=1" // Ready follows
	Stopping  = "STOPPING=1"
	Watchdog  = "WATCHDOG=1"
)

// Notify reports a state. It does nothing if the process is not run by systemd as a service
// that is to report.
func Notify(state string) error {
	path := os.Getenv("NOTIFY_SOCKET")
	if path == "" {
		return nil
	}
	c, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		return fmt.Errorf("NOTIFY_SOCKET: %w", err)
	}
	defer c.Close()
	if state == Reloading {
		state += monotonic()
	}
	if _, err := c.Write([]byte(state)); err != nil {
		return fmt.Errorf("NOTIFY_SOCKET: %w", err)
	}
	return nil
}

// WatchdogInterval returns how often [Watchdog] is to be reported, at least: it is half of
// the time after which systemd ends the service. It is 0 if no report is expected.
func WatchdogInterval() time.Duration {
	usec, err := strconv.ParseInt(os.Getenv("WATCHDOG_USEC"), 10, 64)
	if err != nil || usec <= 0 {
		return 0
	}
	if pid := os.Getenv("WATCHDOG_PID"); pid != "" && pid != strconv.Itoa(os.Getpid()) {
		return 0
	}
	return time.Duration(min(usec, 1<<50)) * time.Microsecond / 2
}
