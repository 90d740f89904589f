//go:build js || wasip1 || plan9

package signals

import "os"

// hangup is empty on systems without SIGHUP.
var hangup []os.Signal
