package logline

import (
	"strconv"
	"strings"
)

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
func isUpper(c byte) bool { return 'A' <= c && c <= 'Z' }
func isLower(c byte) bool { return 'a' <= c && c <= 'z' }

// digits returns the number of digits at the start of s.
func digits(s string) int {
	n := 0
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	return n
}

// isNumber reports whether s has nothing but digits.
func isNumber(s string) bool { return digits(s) == len(s) }

// number parses the n digits at the start of s.
func number(s string, n int) (v int, ok bool) {
	if len(s) < n {
		return 0, false
	}
	for i := range n {
		if !isDigit(s[i]) {
			return 0, false
		}
		v = v*10 + int(s[i]-'0')
	}
	return v, true
}

// cutPID parses a process id at the start of s and returns the rest.
func cutPID(s string) (pid int, rest string, ok bool) {
	n := digits(s)
	if n == 0 || n > 10 {
		return 0, s, false
	}
	pid, _ = strconv.Atoi(s[:n])
	return pid, s[n:], true
}

// word returns the bytes of s before the first space or tab.
func word(s string) string {
	if i := strings.IndexAny(s, " \t"); i >= 0 {
		return s[:i]
	}
	return s
}
