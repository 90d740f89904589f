// Package crash lets a test kill the program at a named point. Without the build tag
// crashpoints, a point costs nothing.
package crash
