//go:build !js && !wasip1 && !plan9

package config

import (
	"os"
	"syscall"
)

// reloadSignals are those at which a configuration is read again.
var reloadSignals = []os.Signal{syscall.SIGHUP}
