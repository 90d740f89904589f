package tickets

import (
	"testing"
)

// What is measured is recorded: every record, of the tickets that the work is about.
func TestMeasure(t *testing.T) {
	for _, w := range Works() {
		w.known, w.batch = min(w.known, 100), 10
		db, err := openSQLite(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		store, plain, err := w.measure(db, 1)
		if err != nil || store.Ns <= 0 || plain.Ns <= 0 || store.Allocs <= 0 {
			t.Errorf("%s: %+v, %+v, %v", w.ID, store, plain, err)
		}
		tickets, err := db.Store().Count(t.Context(), nil)
		records := db.Store().Stats().Handled
		if want := uint64(w.known*seen + batches*w.batch); err != nil || records != want || tickets < max(w.known, 8) {
			t.Errorf("%s: %d records of %d tickets, want %d, %v", w.ID, records, tickets, want, err)
		}
		var rows, bytes int
		if err := db.(*sqliteDatabase).plain.QueryRow("SELECT count(*), min(length(data)) FROM plain").Scan(&rows, &bytes); err != nil || rows != batches*w.batch || bytes < w.bytes {
			t.Errorf("%s: %d plain rows of %d bytes, %v", w.ID, rows, bytes, err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
}
