package handlers

import (
	"io/fs"
	"os"
	"path/filepath"
)

// defaultFileMode lets a group read logs, and nobody else.
const defaultFileMode fs.FileMode = 0o640

// logFile is a file that lines are appended to. Its user locks.
type logFile struct {
	path     string // absolute
	mode     fs.FileMode
	truncate bool // when it is opened
	file     *os.File
	lines    lineWriter
	closed   bool
}

// newLogFile returns a file that is not open yet. The path is made absolute at
// once, so that a later change of the working directory does not matter.
func newLogFile(path string, mode fs.FileMode, truncate bool) (*logFile, error) {
	if path == "" {
		return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrInvalid}
	}
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	if mode == 0 {
		mode = defaultFileMode
	}
	return &logFile{path: absolute, mode: mode, truncate: truncate}, nil
}

// open opens the file unless it is open. O_APPEND keeps lines of several
// processes apart, and the file whole when somebody else truncates it.
func (f *logFile) open() error {
	if f.closed {
		return &fs.PathError{Op: "write", Path: f.path, Err: fs.ErrClosed}
	}
	if f.file != nil {
		return nil
	}
	flags := os.O_WRONLY | os.O_APPEND | os.O_CREATE
	if f.truncate {
		flags |= os.O_TRUNC
	}
	file, err := os.OpenFile(f.path, flags, f.mode)
	if err != nil {
		return err
	}
	f.file, f.lines = file, lineWriter{w: file, torn: endsTorn(file)}
	return nil
}

// write appends a line. Where an earlier opening failed, it opens.
func (f *logFile) write(line []byte) error {
	if err := f.open(); err != nil {
		return err
	}
	return f.lines.write(line)
}

func (f *logFile) close() error {
	file := f.file
	f.file, f.lines, f.closed = nil, lineWriter{}, true
	if file == nil {
		return nil
	}
	return file.Close()
}

// endsTorn reports whether a file ends in the middle of a line, as a process that
// was killed leaves it. A file that cannot be read is taken to be whole.
func endsTorn(file *os.File) bool {
	info, err := file.Stat()
	if err != nil || !info.Mode().IsRegular() || info.Size() == 0 {
		return false
	}
	reader, err := os.Open(file.Name())
	if err != nil {
		return false
	}
	defer reader.Close()
	var last [1]byte
	n, _ := reader.ReadAt(last[:], info.Size()-1)
	return n == 1 && last[0] != '\n'
}
