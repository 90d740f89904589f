//go:build !js && !wasip1 && !plan9

package config

import (
	"os"
	"syscall"
)

// reloadSignals are the signals that reload a configuration.
var reloadSignals = []os.Signal{syscall.SIGHUP}
