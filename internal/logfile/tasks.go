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
	info fs.FileInfo // identifies the file, even if it is renamed
}

// fileTasks does long tasks, mainly compression, on a goroutine that runs as long as
// there are tasks.
type fileTasks struct {
	f      *logFile
	ctx    context.Context // ended when no more tasks may begin
	cancel context.CancelFunc

	mu    sync.Mutex
	queue []*finished
	done  chan struct{} // closed when the goroutine ends; nil: there is none
	left  int           // number of files that the last run could not compress

	settings settings  // of the goroutine: in effect during a run
	packed   []packing // of the goroutine: the files that it compressed
}

// packing is a source and its compressed file.
type packing struct{ source, packed fs.FileInfo }

func (t *fileTasks) init(f *logFile) {
	t.f = f
	t.ctx, t.cancel = flow.NewContext()
}

// add adds a task for a finished file; nil is for all files that an earlier run left. It
// does not wait.
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
		t.process(files)
	}
}

// finish waits for all tasks, and stops early when ctx ends. The error has the number of
// files left.
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

// errNotCompressed is the reason why files are left if the context has not ended.
var errNotCompressed = errors.New("compression failed")

func errLeft(ctx context.Context) error {
	if err := context.Cause(ctx); err != nil {
		return err
	}
	return errNotCompressed
}

func (t *fileTasks) process(files []*finished) {
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

// locate returns the current path of a finished file, or "" if it was removed.
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

// call calls the user's function, on a goroutine of its own, so that Close waits no
// longer than until its deadline.
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

func (t *fileTasks) fail(action string, err error) {
	t.f.mu.Lock()
	t.f.fail(action, err)
	t.f.mu.Unlock()
	t.f.report()
}
