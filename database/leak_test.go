//go:build !integration

package database_test

import (
	"testing"

	"github.com/logbook-go/logbook/internal/leaktest"
	"github.com/logbook-go/logbook/logbook"
)

func TestMain(m *testing.M) {
	defer logbook.PushApplication(logbook.Null{})()
	leaktest.Main(m)
}
