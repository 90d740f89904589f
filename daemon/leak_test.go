package daemon_test

import (
	"os"
	"testing"

	"github.com/logbook-go/logbook/internal/leaktest"
)

// child runs a daemon in a process of its own; nil: no system with signals.
var child func()

func TestMain(m *testing.M) {
	if child != nil && os.Getenv(childEnv) != "" {
		child()
		return
	}
	leaktest.Main(m)
}

// childEnv makes the test program a daemon. It is the path of the PID file.
const childEnv = "LOGBOOK_TEST_DAEMON"
