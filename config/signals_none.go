//go:build js || wasip1 || plan9

package config

import "os"

// reloadSignals is empty where there is no SIGHUP.
var reloadSignals []os.Signal
