//go:build !race && !logbook_poison

package logbook

const poison = false
