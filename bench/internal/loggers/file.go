package loggers

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"syscall"
)

// nameOf returns the path of the file that a row of files writes to.
func nameOf(w io.Writer) string { return w.(*os.File).Name() }

// bareWrite writes the bytes of our plain file handler without a logger: the operating
// system's share of the cost.
func bareWrite() Case {
	return Case{Logger: "write(2)", Start: func(w io.Writer) (func(int), func(), error) {
		var line bytes.Buffer
		log, stop, err := onJSON(logMessage).Start(&line)
		if err != nil {
			return nil, nil, err
		}
		log(1)
		stop()
		fd := int(w.(*os.File).Fd())
		return func(n int) {
			for range n {
				if _, err := syscall.Write(fd, line.Bytes()); err != nil {
					panic(fmt.Errorf("write to %s: %w", nameOf(w), err))
				}
			}
		}, func() {}, nil
	}}
}
