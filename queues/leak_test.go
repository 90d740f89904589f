package queues_test

import (
	"os"
	"strconv"
	"testing"

	"github.com/logbook-go/logbook/internal/leaktest"
)

func TestMain(m *testing.M) {
	if n, err := strconv.Atoi(os.Getenv(childVariable)); err == nil {
		child(n)
		return
	}
	leaktest.Main(m)
}
