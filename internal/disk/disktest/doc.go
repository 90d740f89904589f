// Package disktest provides a file system whose calls fail, for tests of packages that
// use package disk.
package disktest
