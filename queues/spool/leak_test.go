package spool

import (
	"os"
	"testing"

	"github.com/logbook-go/logbook/internal/leaktest"
)

// TestMain runs the tests, or the program that a test starts and kills.
func TestMain(m *testing.M) {
	if dir := os.Getenv(childVariable); dir != "" {
		runChild(dir)
		return
	}
	leaktest.Main(m)
}
