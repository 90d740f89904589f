//go:build integration && unix

package pgtest_test

import (
	"net/url"
	"os/exec"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/internal/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func TestURL(t *testing.T) {
	a, b := pgtest.URL(t), pgtest.URL(t)
	u, err := url.Parse(a)
	if err != nil || a == b {
		t.Fatal(a, b, err)
	}
	out, err := exec.Command("psql", "-X", "-t", "-A", a, "-c", "SHOW fsync", "-c", "SELECT current_database()", "-c", "SHOW listen_addresses").CombinedOutput()
	if got := strings.Fields(string(out)); err != nil || len(got) != 2 || got[0] != "on" || "/"+got[1] != u.Path {
		t.Errorf("%q, %v", got, err)
	}
}
