package logfile

import (
	"cmp"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"
	"time"

	"github.com/logbook-go/logbook/internal/disk"
	"github.com/logbook-go/logbook/internal/panics"
)

// compressAll compresses all finished files, oldest first. A file that fails is tried
// again after the next rotation.
func (t *fileTasks) compressAll() {
	left, err := t.tryAll()
	if err != nil && t.ctx.Err() == nil {
		t.fail("compress the backups of", err)
	}
	t.mu.Lock()
	t.left = left
	t.mu.Unlock()
}

// tryAll returns how many files it could not compress, and why.
func (t *fileTasks) tryAll() (left int, err error) {
	release, errAlone := t.alone()
	defer release()
	var backups []*backup
	err = t.exclusively(func() (err error) {
		backups, err = t.settings.names.backups(t.settings.files, t.f.name)
		return err
	})
	errs := []error{errAlone, err}
	for _, b := range slices.Backward(backups) {
		if b.plain == nil {
			continue
		}
		err := cmp.Or(errAlone, t.ctx.Err())
		if err == nil {
			err = t.compress(b)
			errs = append(errs, err)
		}
		if err != nil {
			left++
		}
	}
	return left, errors.Join(errs...)
}

// alone waits until no other process compresses files of this log.
func (t *fileTasks) alone() (release func(), err error) {
	release = func() {}
	if !t.settings.shared {
		return release, nil
	}
	lockFile, err := t.settings.files.Open(t.settings.path+t.settings.pack.Ext()+".lock", os.O_RDWR|os.O_CREATE, t.settings.mode, false)
	if err != nil {
		return release, err
	}
	for {
		if err = lockFile.Lock(false); err == nil {
			return func() { _ = lockFile.Close() }, nil // nothing was written
		}
		if !errors.Is(err, disk.ErrLocked) {
			return release, errors.Join(err, lockFile.Close())
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-t.ctx.Done():
			return release, errors.Join(t.ctx.Err(), lockFile.Close())
		}
	}
}

// compress replaces a finished file by a compressed one. At any time, even after a power
// failure, one of them exists and is complete.
func (t *fileTasks) compress(b *backup) (err error) {
	defer func() {
		if p := recover(); p != nil { // the compressor is the user's
			err = panics.Error(p)
		}
	}()
	source, err := t.source(b)
	if source == nil {
		return err
	}
	defer source.Close()
	info, err := source.Stat()
	if err != nil {
		return err
	}
	temp, path, err := t.temporary()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, temp.Close()) }()
	packed, err := t.pack(source, info, temp, path)
	if err == nil {
		err = t.replace(source, info, packed, path)
	}
	if now, statErr := t.settings.files.Lstat(path); statErr == nil && packed != nil && os.SameFile(now, packed) {
		err = errors.Join(err, t.settings.files.Remove(path))
	} else if err == nil {
		t.packed = append(t.packed, packing{info, packed})
	}
	return err
}

// source opens a finished file at its current path. It returns nil if there is nothing to
// compress.
func (t *fileTasks) source(b *backup) (file disk.File, err error) {
	err = t.exclusively(func() error {
		b, ok, err := t.find(b.plain)
		switch {
		case err != nil || !ok:
			return err
		case b.doubled(): // an earlier run ended before it removed the source
			return t.settings.files.Remove(b.path)
		}
		file, err = t.settings.files.Open(b.path, os.O_RDONLY, 0, false)
		return err
	})
	return file, err
}

// temporary creates the file that compression writes to. A file left by an earlier run is
// removed.
func (t *fileTasks) temporary() (disk.File, string, error) {
	path := t.settings.path + t.settings.pack.Ext() + ".tmp"
	if err := t.settings.files.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, "", err
	}
	temp, err := t.settings.files.Open(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, t.settings.mode, false)
	return temp, path, err
}

// pack writes the compressed form and syncs it. It returns the file's information, if
// that is known.
func (t *fileTasks) pack(source disk.File, info fs.FileInfo, temp disk.File, path string) (packed fs.FileInfo, err error) {
	packed, err = temp.Stat()
	if err != nil {
		return nil, err
	}
	w, err := t.settings.pack.NewWriter(temp)
	if err != nil {
		return packed, err
	}
	_, err = io.Copy(w, &endedReader{t.ctx, source})
	if err = errors.Join(err, w.Close()); err != nil {
		return packed, err
	}
	t.f.mu.Lock()
	t.f.inherit(temp, packed, info)
	t.f.mu.Unlock()
	if err := temp.Sync(); err != nil {
		return packed, err
	}
	return packed, t.settings.files.SetTime(path, info.ModTime())
}

// endedReader reads until the context ends.
type endedReader struct {
	ctx context.Context
	r   io.Reader
}

func (r *endedReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}

// exclusively calls fn while neither this process nor another one writes or rotates, for
// changes to backups.
func (t *fileTasks) exclusively(fn func() error) error {
	t.f.mu.Lock()
	defer t.f.mu.Unlock()
	if t.f.lockFile != nil {
		if err := t.f.lockFile.Lock(true); err != nil {
			return err
		}
		defer t.f.unlock()
	}
	if err := t.f.announce(); err != nil {
		return err
	}
	return fn()
}

// find returns the current backup of a file that was compressed. ok is false if it was
// removed or written to: then the next run compresses it.
func (t *fileTasks) find(source fs.FileInfo) (b *backup, ok bool, err error) {
	backups, err := t.settings.names.backups(t.settings.files, t.f.name)
	if err != nil {
		return nil, false, err
	}
	for _, b := range backups {
		if b.plain != nil && os.SameFile(b.plain, source) {
			return b, disk.Unchanged(b.plain, source), nil
		}
	}
	return nil, false, nil
}

// replace renames the compressed form to its final name, syncs the directory, and then
// removes the source. Others may write and rotate during the sync. If another program
// renamed the source meanwhile, or a late record was written to it, the compressed form
// is removed instead.
func (t *fileTasks) replace(file disk.File, source, packed fs.FileInfo, temp string) error {
	placed := ""
	err := t.exclusively(func() error {
		b, ok, err := t.find(source)
		if err != nil || !ok {
			return err
		}
		to, err := t.settings.names.packedPath(t.settings.files, b.path)
		if err != nil {
			return err
		}
		if err := t.settings.files.Rename(temp, to); err != nil {
			return err
		}
		placed = to
		return nil
	})
	if placed == "" {
		return err
	}
	if err := t.settings.syncDir(); err != nil {
		return err
	}
	t.f.counts.compressions.Add(1)
	return t.exclusively(func() error {
		b, same, err := t.find(source)
		if err != nil {
			return err
		}
		if same {
			return t.settings.files.Remove(b.path)
		}
		if now, err := file.Stat(); err != nil || disk.Nameless(now) {
			return err
		}
		return t.removePacked(packed, placed)
	})
}

// removePacked removes a compressed file, even if it was renamed.
func (t *fileTasks) removePacked(packed fs.FileInfo, path string) error {
	if info, err := t.settings.files.Lstat(path); err == nil && os.SameFile(info, packed) {
		return t.settings.files.Remove(path)
	}
	backups, err := t.settings.names.backups(t.settings.files, t.f.name)
	for _, b := range backups {
		if path := b.packedPath(packed); path != "" {
			return t.settings.files.Remove(path)
		}
	}
	return err
}
