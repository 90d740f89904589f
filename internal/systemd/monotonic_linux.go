package systemd

import (
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

// monotonic returns the line with the time of a reload, which a service of Type=notify-reload
// has to report.
func monotonic() string {
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &now); err != nil {
		return ""
	}
	return fmt.Sprintf("\nMONOTONIC_USEC=%d", now.Nano()/int64(time.Microsecond))
}
