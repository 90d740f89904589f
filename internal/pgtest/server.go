//go:build integration && unix

package pgtest

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/logbook-go/logbook/internal/leaktest"
)

// Main runs the tests of a package, looks for leaked goroutines, and stops the server. A
// TestMain calls nothing else.
func Main(m *testing.M) {
	code := leaktest.Run(m)
	if shared.wait != nil {
		if err := shared.wait(); err != nil {
			fmt.Fprintln(os.Stderr, "pgtest:", err)
			code = max(code, 1)
		}
	}
	os.Exit(code)
}

// URL returns the URL of a new, empty database, which is dropped at the end of the test. Its
// owner, postgres, may do anything on the server, and needs no password. The first call
// starts the server.
func URL(t testing.TB) string {
	t.Helper()
	shared.once.Do(shared.start)
	if shared.err != nil {
		t.Fatalf("%v (is PostgreSQL installed? make deps)", shared.err)
	}
	name := fmt.Sprint("test", shared.databases.Add(1))
	psql(t, "CREATE DATABASE "+name)
	t.Cleanup(func() { psql(t, "DROP DATABASE "+name+" WITH (FORCE)") })
	return fmt.Sprintf("postgres://postgres@/%s?host=%s", name, shared.dir)
}

func psql(t testing.TB, statement string) {
	t.Helper()
	cmd := exec.Command(filepath.Join(shared.bin, "psql"), "-X", "-q", "-h", shared.dir, "-U", "postgres", "-d", "postgres", "-c", statement)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", statement, err, out)
	}
}

// shared is the server of this process.
var shared server

type server struct {
	once      sync.Once
	err       error
	bin       string // the folder of the programs
	dir       string // of the data and the socket
	wait      func() error
	databases atomic.Int64
}

// script starts a server in the folder $1, says so, and stops and removes it when its
// standard input ends: at the end of the tests, also if they were killed.
const script = `
dir=$1; PATH=$2:$PATH; export TZ=UTC
trap 'rm -rf "$dir"' EXIT
initdb -D "$dir/data" -U postgres -A trust -E UTF8 --locale C --no-sync >"$dir/log" 2>&1 &&
pg_ctl start -w -t 600 -D "$dir/data" -l "$dir/log" -o "-k '$dir' -c listen_addresses='' -c fsync=on -c max_connections=300 -c shared_buffers=256MB -c max_wal_size=4GB" >>"$dir/log" 2>&1 || {
	cat "$dir/log"
	exit 1
}
echo ready
read -r end
pg_ctl stop -m fast -w -t 600 -D "$dir/data" >>"$dir/log" 2>&1
`

func (s *server) start() {
	if s.bin, s.err = programs(); s.err != nil {
		return
	}
	if s.dir, s.err = os.MkdirTemp("", "pg"); s.err != nil {
		return
	}
	cmd := exec.Command("/bin/sh", "-c", script, "sh", s.dir, s.bin)
	cmd.Dir = s.dir
	cmd.Stderr = os.Stderr
	if os.Getuid() == 0 {
		cmd.SysProcAttr, s.err = unprivileged(s.dir)
	}
	in, err := cmd.StdinPipe()
	s.err = errors.Join(s.err, err)
	out, err := cmd.StdoutPipe()
	s.err = errors.Join(s.err, err)
	if s.err == nil {
		s.err = cmd.Start()
	}
	if s.err != nil {
		s.err = errors.Join(s.err, os.RemoveAll(s.dir))
		return
	}
	s.wait = func() error { return errors.Join(in.Close(), cmd.Wait()) }
	lines := bufio.NewReader(out)
	if line, _ := lines.ReadString('\n'); line != "ready\n" {
		rest, _ := io.ReadAll(lines)
		s.err = fmt.Errorf("the server does not start: %s%s", line, rest)
	}
}

// programs returns the folder of the newest version of PostgreSQL: Debian's, or that of PATH.
func programs() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil {
		return "", err
	}
	if len(found) == 0 {
		path, err := exec.LookPath("initdb")
		return filepath.Dir(path), err
	}
	version := func(path string) int {
		n, _ := strconv.Atoi(strings.Split(path, "/")[4])
		return n
	}
	return filepath.Dir(slices.MaxFunc(found, func(a, b string) int { return cmp.Compare(version(a), version(b)) })), nil
}

// unprivileged gives a folder to a user that is not root, as which PostgreSQL refuses to run.
func unprivileged(dir string) (*syscall.SysProcAttr, error) {
	u, err := user.Lookup("postgres")
	if err != nil {
		if u, err = user.Lookup("nobody"); err != nil {
			return nil, err
		}
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, os.Chown(dir, int(uid), int(gid))
}
