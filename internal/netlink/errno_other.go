//go:build !unix

package netlink

func isTooLong(error) bool { return false }
