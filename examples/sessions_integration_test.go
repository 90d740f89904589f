//go:build integration && unix

package examples_test

import (
	"testing"

	"github.com/logbook-go/logbook/internal/pgtest"
)

// integration reports whether blocks are run that need the packages of make deps.
const integration = true

func TestMain(m *testing.M) { pgtest.Main(m) }

// newDatabase returns the URL of an empty database in PostgreSQL.
func newDatabase(t *testing.T) string { return pgtest.URL(t) }
