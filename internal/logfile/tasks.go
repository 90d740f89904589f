package logfile

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"sync"

	"github.com/logbook-go/logbook/internal/disk"
	"github.com/logbook-go/logbook/internal/flow"
	"github.com/logbook-go/logbook/internal/panics"
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

	settings settings  // of the goroutine: those that hold while it is at work
	packed   []packing // of the goroutine: what it has compressed
}

// packing tells which file became which.
type packing struct{ source, packed fs.FileInfo }

func (t *fileTasks) init(f *logFile) {
	t.f = f
	t.ctx, t.cancel = flow.NewContext()
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
	t.f.mu.Lock()
	t.settings = t.f.settings
	t.f.mu.Unlock()
	if t.settings.pack != nil {
		t.compressAll()
	}
	if t.settings.onRotate == nil {
		return
	}
	for _, file := range files {
		if file != nil && t.ctx.Err() == nil {
			t.call(Rotation{Path: t.settings.path, Backup: t.locate(file)})
		}
	}
}

// locate returns where a finished file is by now, "" if it has been removed.
func (t *fileTasks) locate(file *finished) string {
	info := file.info
	for _, p := range t.packed {
		if disk.Unchanged(p.source, info) {
			info = p.packed
			break
		}
	}
	t.f.mu.Lock()
	defer t.f.mu.Unlock()
	backups, err := t.settings.names.backups(t.settings.files, t.f.name)
	if err != nil {
		return file.path
	}
	for _, b := range backups {
		if path := b.packedPath(info); path != "" {
			return path
		}
		if b.plain != nil && disk.Unchanged(b.plain, info) {
			return b.path
		}
	}
	return ""
}

// call calls the user's function, on a goroutine of its own: Close does not wait
// for it longer than its deadline.
func (t *fileTasks) call(info Rotation) {
	returned := make(chan struct{})
	go func() {
		defer close(returned)
		defer func() {
			if p := recover(); p != nil {
				t.fail("call OnRotate for", panics.Error(p))
			}
		}()
		t.settings.onRotate(info)
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
	t.f.report()
}
