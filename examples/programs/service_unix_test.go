//go:build unix

package programs_test

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// The service logs to the sink of LOG_TO, answers requests, and ends cleanly on SIGTERM.
func TestService(t *testing.T) {
	c := exec.CommandContext(t.Context(), filepath.Join(bin, "service"))
	c.Env = append(os.Environ(), "LOG_TO=json:?format=gcp", "ADDR=127.0.0.1:0")
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	lines := json.NewDecoder(out)
	var started struct{ Message, Addr string }
	if err := lines.Decode(&started); err != nil || started.Message != "listening" {
		t.Fatalf("the first line is %+v, %v", started, err)
	}
	for path, want := range map[string]string{"/orders/7": "on its way\n", "/healthz": ""} {
		resp, err := http.Get("http://" + started.Addr + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if string(body) != want || err != nil {
			t.Errorf("%s: %q, %v", path, body, err)
		}
	}
	if err := c.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	var got []string
	for {
		var r struct{ Severity, Message string }
		if err := lines.Decode(&r); err != nil {
			break
		}
		message, _, _ := strings.Cut(r.Message, ":")
		got = append(got, r.Severity+" "+message)
	}
	if err := c.Wait(); err != nil {
		t.Error(err)
	}
	if want := "INFO looking up order 7, INFO GET /orders/7, NOTICE stopping"; strings.Join(got, ", ") != want {
		t.Errorf("got %q, want %s", got, want)
	}
}
