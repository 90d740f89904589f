//go:build !linux && !darwin && !windows

package disk

func renameNew(from, to string) error { return renameChecked(from, to) }
