//go:build !linux && !darwin && !windows

package disk

// renameNew has a gap between looking and renaming, for want of a system call
// that does both.
func renameNew(from, to string) error { return renameChecked(from, to) }
