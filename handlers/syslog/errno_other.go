//go:build !unix

package syslog

func isTooLong(error) bool { return false }

func isWrongType(error) bool { return false }
