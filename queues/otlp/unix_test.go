//go:build unix

package otlp_test

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/logbook-go/logbook/queues/otlp"
)

// A peer on a unix socket is known by its process and user.
func TestUnix(t *testing.T) {
	dir, err := os.MkdirTemp("", "lb") // the paths of sockets are short
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "s")
	var st store
	listen(t, "unix:"+path, &otlp.ListenOptions{Store: st.Store, Mode: 0o660})
	if info, err := os.Lstat(path); err != nil || info.Mode() != 0o660|fs.ModeSocket {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", path)
	}}
	defer transport.CloseIdleConnections()
	answer, err := (&http.Client{Transport: transport}).Post("http://x/v1/logs", protobuf, bytes.NewReader(encoded(records("a", 1))))
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	want := ""
	if runtime.GOOS == "linux" {
		want = fmt.Sprintf("pid %d, uid %d", os.Getpid(), os.Getuid())
	}
	if answer.StatusCode != 200 || len(st.entries) != 1 || want != "" && st.entries[0].Peer != want {
		t.Errorf("%s, %d entries", answer.Status, len(st.entries))
	}
}
