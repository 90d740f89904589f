//go:build unix

package torture

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/internal/leaktest"
	"github.com/logbook-go/logbook/logbook"
)

// jobVariable makes the test program one of the processes that log.
const jobVariable = "LOGBOOK_TORTURE_JOB"

// job is the task of such a process.
type job struct {
	Kind       string // of kinds
	Path       string // of the log
	Acks       string // file with the number of lines written by each goroutine
	Name       string // of the process
	Goroutines int
	Lines      int // of each goroutine
	MaxSize    int64
}

var kinds = map[string]func(j job) (logbook.Handler, error){
	"size": func(j job) (logbook.Handler, error) {
		return handlers.NewRotating(j.Path, &handlers.FileOptions{
			Formatter: line, Shared: true, MaxSize: j.MaxSize, Backups: 1000000, Compress: handlers.Gzip(), OnError: problem,
		})
	},
	"time and size": func(j job) (logbook.Handler, error) {
		return handlers.NewTimed(j.Path, &handlers.FileOptions{
			Formatter: line, Shared: true, Pattern: "%H%M%S", MaxSize: j.MaxSize, Compress: handlers.Gzip(), OnError: problem,
		})
	},
	"time and size, plain current": func(j job) (logbook.Handler, error) {
		return handlers.NewTimed(j.Path, &handlers.FileOptions{
			Formatter: line, Shared: true, Pattern: "%H%M%S", PlainCurrent: true, MaxSize: j.MaxSize, Compress: handlers.Gzip(), OnError: problem,
		})
	},
}

var line = logbook.MustFormat("{record.message}")

// problem prints failures that lost no line, such as a file that was renamed before it
// was rotated.
func problem(err error) { fmt.Println(err) }

func TestMain(m *testing.M) {
	text := os.Getenv(jobVariable)
	if text == "" {
		leaktest.Main(m)
	}
	var j job
	err := json.Unmarshal([]byte(text), &j)
	if err == nil {
		err = j.run()
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

func (j job) run() error {
	h, err := kinds[j.Kind](j)
	if err != nil {
		return err
	}
	acks, err := os.OpenFile(j.Acks, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer acks.Close()
	failed := make(chan error, j.Goroutines)
	fail := logbook.Flags{Errors: func(e *logbook.HandlerError) {
		select {
		case failed <- e:
		default:
		}
	}}
	undo := logbook.PushApplication(logbook.Null{}, fail, h)
	var all sync.WaitGroup
	for g := range j.Goroutines {
		all.Go(func() {
			log := logbook.New("torture")
			filler := strings.Repeat("x", 20+7*g)
			var count [8]byte
			for i := range j.Lines {
				log.Info(fmt.Sprintf("<%s %d %d %s>", j.Name, g, i, filler))
				if len(failed) > 0 {
					return
				}
				binary.LittleEndian.PutUint64(count[:], uint64(i+1))
				if _, err := acks.WriteAt(count[:], int64(8*g)); err != nil {
					failed <- err
					return
				}
			}
		})
	}
	all.Wait()
	undo()
	if err := logbook.Close(context.Background(), h); err != nil {
		return err
	}
	select {
	case err := <-failed:
		return err
	default:
		return nil
	}
}
