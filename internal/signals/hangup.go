//go:build !js && !wasip1 && !plan9

package signals

import (
	"os"
	"syscall"
)

// hangup has SIGHUP.
var hangup = []os.Signal{syscall.SIGHUP}
