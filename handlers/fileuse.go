package handlers

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
)

// openLogs are the log files that the process has open. Handlers for one path share one
// logFile: two of them would rotate each other's files away and compress into one
// temporary file.
var openLogs = struct {
	mu     sync.Mutex
	byPath map[string]*logFile

	// emptied holds the paths of files that were emptied: with TakeOver once in a run of
	// the program, however often a configuration is read again.
	emptied map[string]bool
}{byPath: make(map[string]*logFile), emptied: make(map[string]bool)}

// fileUse is what one handler has of a log file.
type fileUse struct {
	file   *logFile
	config fileConfig
	closed atomic.Bool
}

// useFile returns a use of the file at the path of c. Unless delay is set, the file is
// open, or there is an error. Nothing is emptied or removed before the first record.
func useFile(c fileConfig, delay bool) (*fileUse, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	u := &fileUse{config: c}
	pending, err := u.join()
	if err != nil {
		return nil, err
	}
	if pending {
		err = tryOptions(c, delay)
	} else {
		err = u.file.prepare(c, delay)
	}
	if err != nil {
		_ = u.close(context.Background()) // there is nothing to lose yet
		return nil, err
	}
	return u, nil
}

// join makes u a user of the file that is open, or of a new one. pending tells that
// its options do not hold yet.
func (u *fileUse) join() (pending bool, err error) {
	c := u.config
	if c.files != nil { // a test's own
		u.file = newLogFile(u)
		return false, nil
	}
	openLogs.mu.Lock()
	defer openLogs.mu.Unlock()
	for {
		f := openLogs.byPath[c.path]
		switch {
		case f == nil:
			u.file = newLogFile(u)
			openLogs.byPath[c.path] = u.file
			return false, nil
		case len(f.users) > 0:
			name := differing(f.users[0].config.options, c.options)
			if name != "" && !c.takeOver {
				return false, &fs.PathError{Op: "open", Path: c.path,
					Err: fmt.Errorf("a handler of this process has it open with another %s: %w", name, fs.ErrInvalid)}
			}
			u.file = f
			f.users = append(slices.Clip(f.users), u)
			return name != "", nil
		}
		openLogs.mu.Unlock()
		<-f.ended
		openLogs.mu.Lock()
	}
}

// differing returns the name of an option of the file, not of a handler, that two
// options structs disagree on; "" if there is none.
func differing(a, b any) string {
	x, y := reflect.ValueOf(a), reflect.ValueOf(b)
	if x.Type() != y.Type() {
		return "type of handler"
	}
	for i := range x.NumField() {
		switch name := x.Type().Field(i).Name; name {
		case "Level", "Filter", "Bubble", "Formatter", "Delay", "Truncate", "TakeOver", "OnError":
		default:
			if !reflect.DeepEqual(x.Field(i).Interface(), y.Field(i).Interface()) {
				return name
			}
		}
	}
	return ""
}

// tryOptions opens a file and closes it again.
func tryOptions(c fileConfig, delay bool) error {
	f := newLogFile(&fileUse{config: c})
	return errors.Join(f.prepare(c, delay), f.close(context.Background()))
}

// close ends the use. With the last one the file is closed; else those who remain go on
// with what is held, and the options of the one that came first hold.
func (u *fileUse) close(ctx context.Context) error {
	if u.closed.Swap(true) {
		return nil
	}
	f := u.file
	openLogs.mu.Lock()
	f.users = slices.DeleteFunc(slices.Clone(f.users), func(other *fileUse) bool { return other == u })
	last := len(f.users) == 0
	openLogs.mu.Unlock()
	if !last {
		err := f.flushNow()
		f.changeOptions()
		return err
	}
	err := f.close(ctx)
	openLogs.mu.Lock()
	if openLogs.byPath[f.path] == f {
		delete(openLogs.byPath, f.path)
	}
	openLogs.mu.Unlock()
	close(f.ended)
	return err
}

// changeOptions makes the options hold of the handler that came first of those that
// remain. The next record opens the file anew.
func (f *logFile) changeOptions() {
	defer f.tell()
	f.mu.Lock()
	defer f.mu.Unlock()
	openLogs.mu.Lock()
	users := f.users
	openLogs.mu.Unlock()
	if f.closed || len(users) == 0 {
		return
	}
	c := users[0].config
	if differing(f.options, c.options) == "" {
		f.onError = c.onError
		return
	}
	if err := f.flush(); err != nil {
		f.fail("flush", err)
		c.buffer = f.buffer // with what it holds
	}
	if c.shared && f.guard == nil {
		guard, err := openGuard(c)
		if err != nil {
			f.fail("change the options of", err)
			return
		}
		f.guard = guard
	}
	f.closeFiles()
	if f.guard != nil && !c.shared {
		f.closeGuard()
	}
	f.use(c)
}

func wasEmptied(path string) bool {
	openLogs.mu.Lock()
	defer openLogs.mu.Unlock()
	return openLogs.emptied[path]
}

func noteEmptied(path string) {
	openLogs.mu.Lock()
	defer openLogs.mu.Unlock()
	openLogs.emptied[path] = true
}
