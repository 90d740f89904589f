//go:build js || wasip1 || plan9

package config

import "os"

// reloadSignals is empty on systems without SIGHUP.
var reloadSignals []os.Signal
