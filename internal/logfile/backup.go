package logfile

import (
	"errors"
	"io/fs"
	"os"
	"slices"
	"time"

	"github.com/logbook-go/logbook/internal/disk"
)

// naming determines the files that belong to a log. The caller must lock.
type naming interface {
	// period returns the name of the period of a time, or "" if files are not split by
	// time.
	period(at time.Time) string

	// periodOf is period for the modification time of a file.
	periodOf(modified time.Time) string

	// current returns the path of the file for a period.
	current(period string) string

	// finish renames the current file to a free path. ended reports that its period is
	// over.
	finish(files disk.FS, period string, ended bool) (path string, err error)

	// backups returns the finished files, newest first, without the file at the current
	// path.
	backups(files disk.FS, current string) ([]*backup, error)

	// packedPath returns a free path for the compressed form of a finished file.
	packedPath(files disk.FS, path string) (string, error)
}

// backup is a finished file. It may exist both uncompressed and compressed, if the
// program ended between compression and removal.
type backup struct {
	path   string      // without the extension of a compressor
	plain  fs.FileInfo // the uncompressed file; nil: none
	packed []packedFile
}

// packedFile is a finished file in a compressed form.
type packedFile struct {
	ext  string // of its compressor
	info fs.FileInfo
}

// packedExts are the extensions of the usual compressors. Finished files with one of them
// belong to the log, whatever compressor it uses now.
var packedExts = []string{".gz", ".zst", ".bz2", ".xz", ".lz4", ".lzma", ".br", ".sz", ".Z", ".zip", ".7z"}

// withExt returns the extensions of compressed files, including that of the compressor in
// use, if any.
func withExt(ext string) []string {
	if ext == "" || slices.Contains(packedExts, ext) {
		return packedExts
	}
	return append(slices.Clip(packedExts), ext)
}

// findBackup looks for a finished file at a path, with each of the extensions; "" is the
// uncompressed file.
func findBackup(files disk.FS, path string, exts []string) (*backup, error) {
	b := &backup{path: path}
	for _, ext := range exts {
		info, err := disk.Regular(files, path+ext)
		switch {
		case err != nil:
			return nil, err
		case info == nil: // removed meanwhile
		case ext == "":
			b.plain = info
		default:
			b.packed = append(b.packed, packedFile{ext, info})
		}
	}
	return b, nil
}

func (b *backup) exists() bool { return b.plain != nil || len(b.packed) > 0 }

// doubled reports whether the file exists both uncompressed and compressed.
func (b *backup) doubled() bool {
	return b.plain != nil && slices.ContainsFunc(b.packed, func(p packedFile) bool { return disk.SameTime(b.plain, p.info) })
}

// size returns the size in bytes.
func (b *backup) size() (n int64) {
	if b.plain != nil {
		n += b.plain.Size()
	}
	for _, p := range b.packed {
		n += p.info.Size()
	}
	return n
}

func (b *backup) modified() (latest time.Time) {
	if b.plain != nil {
		return b.plain.ModTime()
	}
	for _, p := range b.packed {
		if t := p.info.ModTime(); t.After(latest) {
			latest = t
		}
	}
	return latest
}

// packedPath returns the path of a compressed form, or "" if it is not one of this file.
func (b *backup) packedPath(info fs.FileInfo) string {
	for _, p := range b.packed {
		if os.SameFile(p.info, info) {
			return b.path + p.ext
		}
	}
	return ""
}

// rename renames all files of a backup to a free path.
func (b *backup) rename(files disk.FS, to string) error {
	for _, p := range b.packed {
		if err := files.Rename(b.path+p.ext, to+p.ext); err != nil {
			return err
		}
	}
	if b.plain != nil {
		return files.Rename(b.path, to)
	}
	return nil
}

func (b *backup) remove(files disk.FS) error {
	var errs []error
	if b.plain != nil {
		errs = append(errs, files.Remove(b.path))
	}
	for _, p := range b.packed {
		errs = append(errs, files.Remove(b.path+p.ext))
	}
	return errors.Join(errs...)
}
