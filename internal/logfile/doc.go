// Package logfile is the engine of the file handlers: it opens, shares, rotates, buffers
// and compresses files, and loses no line that it has accepted. Of records it gets only
// lines, times and levels.
package logfile
