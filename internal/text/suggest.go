package text

import (
	"fmt"
	"strings"
)

// DidYouMean returns a hint with the known name that is most similar to a wrong one, or ""
// if none is similar. Similar names differ in at most two letters and in less than half of
// the name, ignoring case.
func DidYouMean(name string, known []string) string {
	best, least := "", 3
	for _, k := range known {
		if d := distance(strings.ToLower(name), strings.ToLower(k)); d < least && 2*d < len(k) {
			best, least = k, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf(", did you mean %q?", best)
}

// distance returns the number of letters to insert, delete, replace or swap with the next
// one to turn a into b.
func distance(a, b string) int {
	if len(a) > 32 {
		return len(a)
	}
	// These are rows of the table of distances between prefixes of a and b.
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		row[0] = i + 1
		for j := range len(b) {
			replaced := last[j]
			if a[i] != b[j] {
				replaced++
			}
			row[j+1] = min(replaced, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
