//go:build race || logbook_poison

package logbook

// poison makes misuse of a record panic: released records are marked instead of reused.
const poison = true
