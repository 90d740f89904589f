package queues

import (
	"context"
	"errors"
	"path/filepath"
	"sync"

	"github.com/logbook-go/logbook/queues/spool"
)

// sharedSpool is a log that a Spool has opened, and others that take it over. Their readers
// use its cursor one after the other.
type sharedSpool struct {
	log    *spool.Log
	cursor *spool.Cursor
	key    string
	users  int
	last   <-chan struct{} // closed when the newest reader has ended; nil: there is none
}

// openSpools are the open logs of Spools by the paths of their directories.
var openSpools struct {
	mu   sync.Mutex
	logs map[string]*sharedSpool
}

// spoolCursor is the name of the only cursor of a Spool.
const spoolCursor = "handler"

// openSpool opens the log in a directory, or takes over one that is open in this process.
func openSpool(dir string, o *spool.Options, takeOver bool) (*sharedSpool, error) {
	key, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	openSpools.mu.Lock()
	defer openSpools.mu.Unlock()
	if l := openSpools.logs[key]; l != nil && takeOver {
		l.users++
		return l, nil
	}
	log, err := spool.Open(dir, o)
	if err != nil {
		return nil, err
	}
	cursor, err := log.Cursor(spoolCursor, nil)
	if err != nil {
		return nil, errors.Join(err, log.Close(context.Background()))
	}
	if openSpools.logs == nil {
		openSpools.logs = make(map[string]*sharedSpool)
	}
	l := &sharedSpool{log: log, cursor: cursor, key: key, users: 1}
	openSpools.logs[key] = l
	return l, nil
}

// follow calls start with a channel that is closed when the readers before have ended. start
// returns the channel of its own reader.
func (l *sharedSpool) follow(start func(after <-chan struct{}) (done <-chan struct{})) {
	openSpools.mu.Lock()
	defer openSpools.mu.Unlock()
	l.last = start(l.last)
}

// isShared reports whether there are other users.
func (l *sharedSpool) isShared() bool {
	openSpools.mu.Lock()
	defer openSpools.mu.Unlock()
	return l.users > 1
}

// leave ends the use by one, and closes the log if it was the last.
func (l *sharedSpool) leave(ctx context.Context) error {
	openSpools.mu.Lock()
	defer openSpools.mu.Unlock()
	if l.users--; l.users > 0 {
		return nil
	}
	delete(openSpools.logs, l.key)
	return l.log.Close(ctx)
}
