package zapbridge

import (
	"runtime"
	"strconv"
	"strings"
)

// frames reads a stack as zap writes it: for each call a line with the function, and a line
// "\tfile:line".
func frames(stack string) (list []runtime.Frame) {
	for stack != "" {
		var function, place string
		function, stack, _ = strings.Cut(stack, "\n")
		place, stack, _ = strings.Cut(stack, "\n")
		place = strings.TrimPrefix(place, "\t")
		f := runtime.Frame{Function: function, File: place}
		if i := strings.LastIndexByte(place, ':'); i >= 0 {
			if n, err := strconv.Atoi(place[i+1:]); err == nil {
				f.File, f.Line = place[:i], n
			}
		}
		list = append(list, f)
	}
	return list
}
