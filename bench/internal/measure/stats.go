package measure

import (
	"math"
	"slices"
)

// Median returns the middle value, or the mean of the two in the middle, or NaN if v is
// empty. It does not modify v.
func Median(v []float64) float64 {
	if len(v) == 0 {
		return math.NaN()
	}
	s := slices.Sorted(slices.Values(v))
	mid := len(s) / 2
	if len(s)%2 == 1 {
		return s[mid]
	}
	return (s[mid-1] + s[mid]) / 2
}

// Bend returns how far costs y that grow with x rise above a line: the highest ratio of a
// cost to the one predicted by the line through the first and the previous point. 1 is
// linear, 2 is a cost twice as high as expected, and below 1 costs grow less than linearly.
// x must ascend. For fewer than three points the result is 1.
func Bend(x, y []float64) float64 {
	if len(x) < 3 {
		return 1
	}
	worst := 0.0
	for i := 2; i < len(x); i++ {
		slope := (y[i-1] - y[0]) / (x[i-1] - x[0])
		worst = max(worst, y[i]/(y[0]+slope*(x[i]-x[0])))
	}
	return worst
}

// Climb returns how far costs that should be constant rise: the highest ratio of a cost to
// the lowest one before it. For fewer than two costs the result is 1.
func Climb(y []float64) float64 {
	worst := 1.0
	for i := 1; i < len(y); i++ {
		worst = max(worst, y[i]/slices.Min(y[:i]))
	}
	return worst
}
