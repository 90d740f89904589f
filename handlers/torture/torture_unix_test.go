//go:build unix

package torture

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	processes  = 4 // the first one is killed
	goroutines = 8
)

func linesEach(t *testing.T) int {
	text, set := os.LookupEnv("LOGBOOK_TORTURE_LINES")
	if !set {
		return 2000
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("LOGBOOK_TORTURE_LINES is %q", text)
	}
	return n
}

func TestTorture(t *testing.T) {
	lines := linesEach(t)
	for kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			s := &storm{t: t, kind: kind, dir: t.TempDir(), lines: lines, maxSize: 128 << 10}
			if lines > 10000 {
				s.maxSize = 4 << 20
			}
			s.run()
			s.verify()
		})
	}
}

// storm is one run.
type storm struct {
	t       *testing.T
	kind    string
	dir     string
	lines   int
	maxSize int64

	mu             sync.Mutex
	names          []string // of all processes that ran
	kills, renames int
	took           time.Duration
}

func (s *storm) path() string { return filepath.Join(s.dir, "app.log") }

func (s *storm) acks(name string) string { return filepath.Join(s.dir, name+".acks") }

// start starts a process that logs.
func (s *storm) start(name string) (*exec.Cmd, *bytes.Buffer) {
	s.mu.Lock()
	s.names = append(s.names, name)
	s.mu.Unlock()
	text, err := json.Marshal(job{
		Kind: s.kind, Path: s.path(), Acks: s.acks(name), Name: name,
		Goroutines: goroutines, Lines: s.lines, MaxSize: s.maxSize,
	})
	if err != nil {
		s.t.Error(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), jobVariable+"="+string(text))
	output := new(bytes.Buffer)
	cmd.Stdout, cmd.Stderr = output, output
	if err := cmd.Start(); err != nil {
		panic(err) // the test cannot run
	}
	return cmd, output
}

// finish lets a process log all of its lines.
func (s *storm) finish(name string) {
	cmd, output := s.start(name)
	err := cmd.Wait()
	text := output.String()
	if err != nil || s.t.Failed() {
		s.t.Errorf("%s: %v\n%.2000s", name, err, text)
	} else if text != "" {
		s.t.Logf("%s: told of %d failures, the first one: %.300s", name, strings.Count(text, "\n"), text)
	}
}

// run lets all processes log at once, and returns when they are done.
func (s *storm) run() {
	began := time.Now()
	ctx, end := context.WithCancel(context.Background())
	var steady, others sync.WaitGroup
	for i := 1; i < processes; i++ {
		steady.Go(func() { s.finish(fmt.Sprint("steady", i)) })
	}
	others.Go(func() { s.kill(ctx) })
	others.Go(func() { s.rename(ctx) })
	steady.Wait()
	end()
	others.Wait()
	s.finish("last")
	s.took = time.Since(began)
}

// kill starts processes and kills them after a while.
func (s *storm) kill(ctx context.Context) {
	for ctx.Err() == nil {
		cmd, output := s.start(fmt.Sprint("killed", s.kills))
		select {
		case <-ctx.Done():
		case <-time.After(20*time.Millisecond + time.Duration(rand.IntN(150))*time.Millisecond):
		}
		if err := cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
			s.t.Error(err)
		}
		if err := cmd.Wait(); err != nil && cmd.ProcessState.Exited() {
			s.t.Errorf("%v: %.2000s", err, output)
		}
		s.kills++
	}
}

// rename renames the file that is being written.
func (s *storm) rename(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Duration(rand.IntN(60)) * time.Millisecond):
		}
		path := s.path()
		if s.kind == "time and size" {
			path = filepath.Join(s.dir, "app-"+time.Now().Format("150405")+".log")
		}
		err := os.Rename(path, filepath.Join(s.dir, fmt.Sprint("moved", s.renames)))
		if err == nil {
			s.renames++
		} else if !errors.Is(err, os.ErrNotExist) {
			s.t.Error(err)
		}
	}
}

var wholeLine = regexp.MustCompile(`^<(\w+) (\d+) (\d+) x+>$`)

// verify reads all files.
func (s *storm) verify() {
	t := s.t
	counts := make(map[string][]byte) // by process and goroutine: how often each line is there
	for _, name := range s.names {
		for g := range goroutines {
			counts[fmt.Sprint(name, " ", g)] = make([]byte, s.lines)
		}
	}
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		t.Fatal(err)
	}
	files, read, twice, torn := 0, 0, []string{}, []string{}
	for _, e := range entries {
		if slices.Contains([]string{".acks", ".lock", ".tmp"}, filepath.Ext(e.Name())) {
			continue
		}
		files++
		var size int64
		s.read(e.Name(), func(line string) {
			read++
			size += int64(len(line)) + 1
			m := wholeLine.FindStringSubmatch(line)
			if m == nil {
				torn = append(torn, e.Name()+": "+line)
				return
			}
			i, _ := strconv.Atoi(m[3])
			of := counts[m[1]+" "+m[2]]
			if i >= len(of) {
				t.Fatalf("a line that nobody wrote: %q", line)
			}
			of[i]++
			if of[i] == 2 {
				twice = append(twice, e.Name()+": "+line)
			}
		})
		if size > s.maxSize {
			t.Errorf("%s has %d bytes, more than %d", e.Name(), size, s.maxSize)
		}
	}
	returned, missing := 0, 0
	for _, name := range s.names {
		acks, err := os.ReadFile(s.acks(name))
		if err != nil && !errors.Is(err, os.ErrNotExist) { // killed at its start
			t.Fatal(err)
		}
		for g := range len(acks) / 8 {
			n := int(binary.LittleEndian.Uint64(acks[8*g:]))
			returned += n
			for i := range n {
				if counts[fmt.Sprint(name, " ", g)][i] != 1 {
					missing++
				}
			}
		}
	}
	if missing > 0 {
		t.Errorf("%d lines whose call returned are not there exactly once", missing)
	}
	if len(twice) > 0 {
		t.Errorf("%d lines are there twice: %.2000q", len(twice), twice)
	}
	if len(torn) > s.kills {
		t.Errorf("%d lines are torn after %d kills: %.2000q", len(torn), s.kills, torn)
	}
	t.Logf("%d kills, %d renames, %d files; %d calls returned, %d lines are there, %d torn, %d missing or twice; %.1f s",
		s.kills, s.renames, files, returned, read, len(torn), missing, s.took.Seconds())
}

// read calls fn with the lines of a file, compressed or not.
func (s *storm) read(name string, fn func(line string)) {
	file, err := os.Open(filepath.Join(s.dir, name))
	if err != nil {
		s.t.Fatal(err)
	}
	defer file.Close()
	var r io.Reader = file
	if filepath.Ext(name) == ".gz" {
		if r, err = gzip.NewReader(file); err != nil {
			s.t.Fatalf("%s: %v", name, err)
		}
	}
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		fn(lines.Text())
	}
	if err := lines.Err(); err != nil {
		s.t.Errorf("%s: %v", name, err)
	}
}
