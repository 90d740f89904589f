//go:build !gc || !(amd64 || arm64) || logbook_portable

package callsite

// Returns does nothing on this platform.
func Returns(*[Depth]uintptr) {}

// Proven reports that Returns cannot be used.
func Proven() bool { return false }
