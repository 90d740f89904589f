//go:build !race && !logbook_poison

package logbooktest

const poisoned = false

var poisonedMistakes []mistake
