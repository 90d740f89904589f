package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"time"
)

// pollInterval is the time between two looks at a file that is followed.
const pollInterval = 200 * time.Millisecond

// follower reads a file as it grows. If another file takes its name, as log rotation does, it
// reads the old one to its end and goes on with the new one; if the file becomes shorter, it
// begins again.
type follower struct {
	ctx    context.Context
	file   *os.File
	offset int64
	inLine bool // the last byte was not the end of a line
}

// newFollower returns a follower, which closes the file when ctx is done.
func newFollower(ctx context.Context, f *os.File) *follower { return &follower{ctx: ctx, file: f} }

// Read waits for more. It returns io.EOF when the context is done.
func (f *follower) Read(p []byte) (int, error) {
	for {
		n, err := f.file.Read(p)
		if n > 0 {
			f.offset += int64(n)
			f.inLine = p[n-1] != '\n'
			return n, nil
		}
		if err != nil && err != io.EOF {
			return 0, err
		}
		moved, err := f.moved()
		switch {
		case err != nil:
			return 0, err
		case moved && f.inLine:
			f.inLine = false
			p[0] = '\n' // the lines of two files are not one
			return 1, nil
		case moved:
			continue
		}
		select {
		case <-f.ctx.Done():
			f.file.Close()
			return 0, io.EOF
		case <-time.After(pollInterval):
		}
	}
}

// moved reports whether there is another file to read, or the same one from its start, and goes
// to it.
func (f *follower) moved() (bool, error) {
	now, err := os.Stat(f.file.Name())
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil // between two files
	}
	if err != nil {
		return false, err
	}
	old, err := f.file.Stat()
	switch {
	case err != nil:
		return false, err
	case os.SameFile(old, now) && now.Size() >= f.offset:
		return false, nil
	case os.SameFile(old, now):
		f.offset, err = f.file.Seek(0, io.SeekStart)
		return true, err
	}
	next, err := os.Open(f.file.Name())
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if old.Size() > f.offset || now.Size() == 0 {
		// The program may still write to the old file, until it opens the new one.
		next.Close()
		return old.Size() > f.offset, nil
	}
	f.file.Close()
	f.file, f.offset = next, 0
	return true, nil
}

// present returns a reader of the complete lines that are in the file by now.
func (f *follower) present() io.Reader {
	end, err := f.file.Seek(0, io.SeekEnd)
	buffer := make([]byte, 64<<10)
	for err == nil && end > 0 {
		part := buffer[:min(end, int64(len(buffer)))]
		if _, err = f.file.ReadAt(part, end-int64(len(part))); err != nil {
			break
		}
		i := len(part)
		for i > 0 && part[i-1] != '\n' {
			i--
		}
		end -= int64(len(part) - i)
		if i > 0 {
			break
		}
	}
	if _, seek := f.file.Seek(0, io.SeekStart); err == nil {
		err = seek
	}
	if err != nil {
		return failedReader{err}
	}
	f.offset = end
	return io.LimitReader(f.file, end)
}

// failedReader returns an error for each Read.
type failedReader struct{ err error }

func (r failedReader) Read([]byte) (int, error) { return 0, r.err }
