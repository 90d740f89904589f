package listener_test

import (
	"os"
	"testing"

	"github.com/logbook-go/logbook/internal/leaktest"
)

// child is the main function of the processes that tests start; nil: there are none.
var child func() int

func TestMain(m *testing.M) {
	if child != nil && os.Getenv("LISTEN_FDS") != "" {
		os.Exit(child())
	}
	leaktest.Main(m)
}
