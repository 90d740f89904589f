//go:build race || logbook_poison

package logbook

// poison makes the misuse of a record fail loudly: released records are not
// reused but marked.
const poison = true
