package handlers

import (
	"errors"
	"io/fs"
	"time"
)

// naming says which files belong to a log. Its user locks.
type naming interface {
	// period returns the name of the stretch of time that a file is for, "" if
	// files are not split by time.
	period(at time.Time) string

	// periodOf is period for the time that a file was modified.
	periodOf(modified time.Time) string

	// current returns the path that is written to in a period.
	current(period string) string

	// finish moves the current file out of the way, to a path that is free.
	// ended tells that its period is over.
	finish(files fileSystem, period string, ended bool) (path string, err error)

	// backups returns the finished files, the newest one first, without the one
	// at the current path.
	backups(files fileSystem, current string) ([]backup, error)

	// packedPath returns the path for the compressed form of a finished file,
	// which is free.
	packedPath(files fileSystem, path string) (string, error)
}

// backup is a finished file. It may be there as it was written and compressed,
// where something ended between the compression and the removal.
type backup struct {
	path   string      // without the extension of the compressor
	ext    string      // of the compressor
	plain  fs.FileInfo // nil: not there
	packed fs.FileInfo // nil: not there
}

// findBackup looks for a finished file at a path.
func findBackup(files fileSystem, path, ext string) (b backup, err error) {
	b = backup{path: path, ext: ext}
	if b.plain, err = lstatFile(files, path); err != nil {
		return b, err
	}
	if ext != "" {
		b.packed, err = lstatFile(files, path+ext)
	}
	return b, err
}

func (b backup) there() bool { return b.plain != nil || b.packed != nil }

// doubled reports whether the file is there in both forms.
func (b backup) doubled() bool {
	return b.plain != nil && b.packed != nil && sameTime(b.plain, b.packed)
}

// size is in bytes.
func (b backup) size() (n int64) {
	if b.plain != nil {
		n += b.plain.Size()
	}
	if b.packed != nil {
		n += b.packed.Size()
	}
	return n
}

func (b backup) modified() time.Time {
	if b.plain != nil {
		return b.plain.ModTime()
	}
	return b.packed.ModTime()
}

// rename moves all of a backup to a path that is free.
func (b backup) rename(files fileSystem, to string) error {
	if b.packed != nil {
		if err := files.Rename(b.path+b.ext, to+b.ext); err != nil {
			return err
		}
	}
	if b.plain != nil {
		return files.Rename(b.path, to)
	}
	return nil
}

func (b backup) remove(files fileSystem) error {
	var errs []error
	if b.plain != nil {
		errs = append(errs, files.Remove(b.path))
	}
	if b.packed != nil {
		errs = append(errs, files.Remove(b.path+b.ext))
	}
	return errors.Join(errs...)
}
