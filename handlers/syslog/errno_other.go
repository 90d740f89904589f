//go:build !unix

package syslog

func isWrongType(error) bool { return false }
