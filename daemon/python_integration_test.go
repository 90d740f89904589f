//go:build integration

package daemon_test

import (
	"fmt"
	"net"
	"os/exec"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/daemon"
)

// pythonClient sends each line of its input as a message, as the client of lab_utils does:
// with one send, without a mark of its end, and one recv for the reply.
const pythonClient = `
import socket, sys
for message in sys.stdin.read().split("\0"):
    s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    s.connect(("127.0.0.1", int(sys.argv[1])))
    s.sendall(message.encode("utf-8"))
    print(repr(s.recv(4096).decode("utf-8").split("\n")[0]))
    s.close()
`

// Clients as lab_utils' get the replies of a daemon, and stop it. It is run with the python3
// of the path.
func TestPythonClient(t *testing.T) {
	s := start(t, daemon.Options{Commands: []daemon.Command{alarmLike()}})
	messages := []string{"alarm --message {hello big world} --n 2", "alarm --message {Größe\nin K}", "none", "quit"}
	cmd := exec.CommandContext(t.Context(), "python3", "-c", pythonClient, fmt.Sprint(s.Addr().(*net.TCPAddr).Port))
	cmd.Stdin = strings.NewReader(strings.Join(messages, "\x00"))
	out, err := cmd.CombinedOutput()
	const want = `'hello big world|++'
'Größe'
'Error! unknown command "none": want quit, help, status or alarm'
'Goodbye!'
`
	if err != nil || string(out) != want {
		t.Errorf("%v\ngot  %s\nwant %s", err, out, want)
	}
	if err := s.wait(t); err != nil {
		t.Error(err)
	}
}
