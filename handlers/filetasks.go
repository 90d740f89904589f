package handlers

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"sync"
	"time"
)

// finished is a file that a rotation left behind.
type finished struct {
	path string
	info fs.FileInfo // says which file it is, wherever it has moved to
}

// fileTasks does what may take long, compression above all, on a goroutine that
// lives as long as there is something to do.
type fileTasks struct {
	f      *logFile
	ctx    context.Context // ended when no more is to be begun
	cancel context.CancelFunc

	mu    sync.Mutex
	queue []*finished
	done  chan struct{} // closed when the goroutine ends; nil: there is none
	left  int           // files that the last run could not compress

	packed []packing // of the goroutine: what it has compressed
}

// packing tells which file became which.
type packing struct{ source, packed fs.FileInfo }

func (t *fileTasks) init(f *logFile) {
	t.f = f
	t.ctx, t.cancel = context.WithCancel(context.Background())
}

// add has a finished file seen to; nil has all looked for that an earlier run
// left. It does not wait.
func (t *fileTasks) add(file *finished) {
	if t.f.pack == nil && (t.f.onRotate == nil || file == nil) {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.queue = append(t.queue, file)
	if t.done == nil {
		t.done = make(chan struct{})
		go t.run(t.done)
	}
}

func (t *fileTasks) run(done chan struct{}) {
	for {
		t.mu.Lock()
		files := t.queue
		t.queue = nil
		if len(files) == 0 {
			t.done, t.packed = nil, nil
			t.mu.Unlock()
			close(done)
			return
		}
		t.mu.Unlock()
		t.tend(files)
	}
}

// finish waits until all is done, and stops early when ctx ends. The error says
// how many files are left.
func (t *fileTasks) finish(ctx context.Context) error {
	defer t.cancel()
	t.mu.Lock()
	done := t.done
	t.mu.Unlock()
	if done != nil {
		select {
		case <-done:
		case <-ctx.Done():
			t.cancel()
			<-done
		}
	}
	if t.left == 0 {
		return nil
	}
	return fmt.Errorf("handlers: %s: %d finished files are not compressed: %w", t.f.path, t.left, errLeft(ctx))
}

// errNotCompressed is why files are left where no deadline was met.
var errNotCompressed = errors.New("compression failed")

func errLeft(ctx context.Context) error {
	if err := context.Cause(ctx); err != nil {
		return err
	}
	return errNotCompressed
}

func (t *fileTasks) tend(files []*finished) {
	if t.f.pack != nil {
		t.compressAll()
	}
	if t.f.onRotate == nil {
		return
	}
	for _, file := range files {
		if file != nil && t.ctx.Err() == nil {
			t.call(RotationInfo{Path: t.f.path, Backup: t.locate(file)})
		}
	}
}

// locate returns where a finished file is by now, "" if it has been removed.
func (t *fileTasks) locate(file *finished) string {
	info := file.info
	for _, p := range t.packed {
		if unchanged(p.source, info) {
			info = p.packed
			break
		}
	}
	t.f.mu.Lock()
	defer t.f.mu.Unlock()
	backups, err := t.f.names.backups(t.f.files, t.f.name)
	if err != nil {
		return file.path
	}
	for _, b := range backups {
		switch {
		case b.packed != nil && os.SameFile(b.packed, info):
			return b.path + b.ext
		case b.plain != nil && unchanged(b.plain, info):
			return b.path
		}
	}
	return ""
}

// call calls the user's function, on a goroutine of its own: Close does not wait
// for it longer than its deadline.
func (t *fileTasks) call(info RotationInfo) {
	returned := make(chan struct{})
	go func() {
		defer close(returned)
		defer func() {
			if p := recover(); p != nil {
				t.fail("call OnRotate for", fmt.Errorf("panic: %v", p))
			}
		}()
		t.f.onRotate(info)
	}()
	select {
	case <-returned:
	case <-t.ctx.Done():
	}
}

func (t *fileTasks) fail(what string, err error) {
	t.f.mu.Lock()
	t.f.fail(what, err)
	t.f.mu.Unlock()
	t.f.tell()
}

// compressAll compresses what is there, the oldest file first. A file that fails
// is tried again after the next rotation.
func (t *fileTasks) compressAll() {
	t.f.mu.Lock()
	backups, err := t.f.names.backups(t.f.files, t.f.name)
	t.f.mu.Unlock()
	if err != nil {
		t.fail("list the backups of", err)
	}
	left := 0
	for _, b := range slices.Backward(backups) {
		if b.plain == nil {
			continue
		}
		err := t.ctx.Err()
		if err == nil {
			if err = t.compress(b); err != nil && t.ctx.Err() == nil {
				t.fail("compress a backup of", err)
			}
		}
		if err != nil {
			left++
		}
	}
	t.mu.Lock()
	t.left = left
	t.mu.Unlock()
}

// compress puts a compressed file in the place of a finished one. At any moment,
// power failures included, one of them is there and whole.
func (t *fileTasks) compress(b backup) (err error) {
	defer func() {
		if p := recover(); p != nil { // the compressor is the user's
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	source, err := t.f.files.Open(b.path, os.O_RDONLY, 0, false)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // moved up: the next run finds it
	}
	if err != nil {
		return err
	}
	defer source.Close()
	info, err := source.Stat()
	if err != nil {
		return err
	}
	if b.packed != nil && sameTime(info, b.packed) { // an earlier run ended before the removal
		return t.exclusively(func() error { return t.removeSource(info) })
	}
	temp, path, err := t.temporary()
	if err != nil {
		return err
	}
	packed, err := t.pack(source, info, temp, path)
	if err == nil {
		err = t.replace(source, info, packed, path)
	}
	if now, statErr := t.f.files.Lstat(path); statErr == nil && packed != nil && os.SameFile(now, packed) {
		err = errors.Join(err, t.f.files.Remove(path))
	} else if err == nil {
		t.packed = append(t.packed, packing{info, packed})
	}
	return errors.Join(err, temp.Close())
}

// temporary opens and locks the file that compression writes to. There is one for
// a log, so that what a process left that was killed is used again.
func (t *fileTasks) temporary() (openFile, string, error) {
	path := t.f.path + t.f.pack.Ext() + ".tmp"
	for {
		temp, err := t.f.files.Open(path, os.O_RDWR|os.O_CREATE, t.f.mode, false)
		if err != nil {
			return nil, "", err
		}
		err = temp.Lock(false)
		if errors.Is(err, errors.ErrUnsupported) {
			err = nil
		}
		if err == nil {
			var mine bool
			if mine, err = t.still(temp, path); mine {
				return temp, path, nil
			}
		}
		err = errors.Join(err, temp.Close())
		if err != nil && !errors.Is(err, errLocked) {
			return nil, "", err
		}
		select { // another process compresses
		case <-time.After(100 * time.Millisecond):
		case <-t.ctx.Done():
			return nil, "", t.ctx.Err()
		}
	}
}

// still empties a temporary file if it has its name still: whoever had the lock
// before may have renamed it.
func (t *fileTasks) still(temp openFile, path string) (bool, error) {
	info, err := temp.Stat()
	if err != nil {
		return false, err
	}
	now, err := t.f.files.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil || !os.SameFile(info, now) {
		return false, err
	}
	return true, temp.Truncate(0)
}

// pack writes the compressed form and makes it last. It returns which file it is,
// if that is known.
func (t *fileTasks) pack(source openFile, info fs.FileInfo, temp openFile, path string) (packed fs.FileInfo, err error) {
	packed, err = temp.Stat()
	if err != nil {
		return nil, err
	}
	w, err := t.f.pack.NewWriter(temp)
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
	return packed, t.f.files.SetTime(path, info.ModTime())
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

// exclusively is for changes to backups: neither this process nor another one
// writes or rotates meanwhile.
func (t *fileTasks) exclusively(fn func() error) error {
	t.f.mu.Lock()
	defer t.f.mu.Unlock()
	if t.ctx.Err() != nil {
		return t.ctx.Err()
	}
	if t.f.guard != nil {
		if err := t.f.guard.Lock(true); err != nil {
			return err
		}
		defer t.f.unlock()
	}
	return fn()
}

// find returns where a file that was compressed is by now. ok is false if it is not
// there any more or was written to: then the next run sees to it.
func (t *fileTasks) find(source fs.FileInfo) (b backup, ok bool, err error) {
	backups, err := t.f.names.backups(t.f.files, t.f.name)
	if err != nil {
		return backup{}, false, err
	}
	for _, b := range backups {
		if b.plain != nil && os.SameFile(b.plain, source) {
			return b, unchanged(b.plain, source), nil
		}
	}
	return backup{}, false, nil
}

// replace gives the compressed form its name, makes that last, and then removes the
// source. Others write and rotate while the disk is waited for. Where somebody moved
// the source away meanwhile, the compressed form is one too many.
func (t *fileTasks) replace(file openFile, source, packed fs.FileInfo, temp string) error {
	placed := false
	err := t.exclusively(func() error {
		b, ok, err := t.find(source)
		if err != nil || !ok {
			return err
		}
		to, err := t.f.names.packedPath(t.f.files, b.path)
		if err == nil {
			err = t.f.files.Rename(temp, to)
		}
		placed = err == nil
		return err
	})
	if !placed {
		return err
	}
	if err := t.f.syncDir(); err != nil {
		return err
	}
	t.f.counts.compressions.Add(1)
	return t.exclusively(func() error {
		b, unchanged, err := t.find(source)
		if err != nil {
			return err
		}
		if unchanged {
			return t.f.files.Remove(b.path)
		}
		if now, err := file.Stat(); err != nil || nameless(now) {
			return err
		}
		return t.removePacked(packed)
	})
}

// removePacked removes a compressed file, wherever it has moved to.
func (t *fileTasks) removePacked(packed fs.FileInfo) error {
	backups, err := t.f.names.backups(t.f.files, t.f.name)
	for _, b := range backups {
		if b.packed != nil && os.SameFile(b.packed, packed) {
			return t.f.files.Remove(b.path + b.ext)
		}
	}
	return err
}

// removeSource removes a file that is there in its compressed form too.
func (t *fileTasks) removeSource(source fs.FileInfo) error {
	b, ok, err := t.find(source)
	if err != nil || !ok || b.packed == nil || !sameTime(b.plain, b.packed) {
		return err
	}
	return t.f.files.Remove(b.path)
}
