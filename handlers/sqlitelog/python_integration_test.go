//go:build integration

package sqlitelog_test

import (
	"fmt"
	"net"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/handlers/sqlitelog"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues/socket"
)

const pythonSender = `
import logging, logging.handlers, sys
log = logging.getLogger("myapp.area1")
log.addHandler(logging.handlers.SocketHandler("127.0.0.1", int(sys.argv[1])))
log.setLevel(1)
for i in range(20):
    log.info("rec %d", i)
try:
    1 / 0
except ZeroDivisionError:
    log.exception("failed")
`

// One Python program logs 21 records and ends; when the server is stopped, 21 rows are in the
// file. It is run with the python3 of the path.
func TestPythonRecords(t *testing.T) {
	path := filepath.Join(t.TempDir(), "logs.db")
	h, err := sqlitelog.New(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	s, err := socket.Serve("tcp://127.0.0.1:0", &socket.ServeOptions{Setup: []logbook.Bindable{h}})
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "python3", "-c", pythonSender, fmt.Sprint(s.Addr().(*net.TCPAddr).Port)).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if err := s.Close(t.Context()); err != nil {
		t.Error(err)
	}
	got := rows(t, path)
	if len(got) != 21 || !strings.Contains(got[0], "|myapp.area1|INFO|rec 0|") || !strings.Contains(got[20], "|ERROR|failed\n") || !strings.Contains(got[20], "ZeroDivisionError") {
		t.Errorf("%d rows:\n%s", len(got), strings.Join(got, "\n"))
	}
}
