//go:build integration && unix

package main

import (
	"regexp"
	"testing"
	"time"

	"github.com/logbook-go/logbook/daemon"
	"github.com/logbook-go/logbook/internal/pgtest"
	"github.com/logbook-go/logbook/logbook"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// Points go to PostgreSQL, each once, and every query of the dashboard finds them.
func TestPostgres(t *testing.T) {
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir()) // of the PID file
	defer logbook.PushApplication(logbook.Null{})()
	o := &options{dir: t.TempDir(), listen: "tcp://127.0.0.1:0", every: 5 * time.Millisecond, database: pgtest.URL(t)}
	for range 2 { // the second one finds the table and its points
		runDaemon(t, o, func(_ *daemon.Client, a *app) {
			await(t, "stored points", func() bool { return a.sampler.points.Stats().Handled >= 30 })
		})
		if err := checkAll(t.Context(), o); err != nil {
			t.Error(err)
		}
	}
	s, err := openStore(t.Context(), o.database, "")
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	filter := regexp.MustCompile(`\$__timeFilter\(("\w+")\)`) // a macro of Grafana
	for _, p := range dashboard(t) {
		for _, q := range p.Targets {
			query := filter.ReplaceAllString(q.RawSQL, "$1 BETWEEN now() - interval '1 h' AND now()")
			tag, err := s.(postgresStore).Pool().Exec(t.Context(), query)
			if err != nil || tag.RowsAffected() == 0 {
				t.Errorf("%s: %d rows, %v", p.Title, tag.RowsAffected(), err)
			}
		}
	}
}
