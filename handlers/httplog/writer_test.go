package httplog_test

import (
	"bufio"
	"fmt"
	"io"
	stdlog "log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/handlers/httplog"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logbook/logbooktest"
)

// plainWriter has only the required methods.
type plainWriter struct{ http.ResponseWriter }

type flushingWriter struct {
	http.ResponseWriter
	flushed int
}

func (w *flushingWriter) Flush() { w.flushed++ }

type hijackedWriter struct{ http.ResponseWriter }

func (hijackedWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return nil, nil, http.ErrNotSupported
}

type unwrappingWriter struct {
	http.ResponseWriter // not promoted as Flusher
	inner               http.ResponseWriter
}

func (w unwrappingWriter) Unwrap() http.ResponseWriter { return w.inner }

// The handler's writer has the optional methods of the server's, and no others.
func TestWriterInterfaces(t *testing.T) {
	type both struct {
		http.ResponseWriter
		http.Flusher
		http.Hijacker
	}
	recorder := httptest.NewRecorder()
	flushing := &flushingWriter{ResponseWriter: recorder}
	for name, tt := range map[string]struct {
		w                http.ResponseWriter
		flushes, hijacks bool
	}{
		"plain":     {plainWriter{recorder}, false, false},
		"flushes":   {flushing, true, false},
		"hijacks":   {hijackedWriter{plainWriter{recorder}}, false, true},
		"both":      {both{recorder, recorder, hijackedWriter{}}, true, true},
		"unwrapped": {unwrappingWriter{plainWriter{recorder}, flushing}, true, false},
	} {
		logbooktest.Record(t)
		httplog.New(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, flushes := w.(http.Flusher)
			_, hijacks := w.(http.Hijacker)
			if flushes != tt.flushes || hijacks != tt.hijacks {
				t.Errorf("%s: flushes %t, hijacks %t", name, flushes, hijacks)
			}
			if err := http.NewResponseController(w).Flush(); (err == nil) != tt.flushes {
				t.Errorf("%s: flush: %v", name, err)
			}
		}), nil).ServeHTTP(tt.w, httptest.NewRequest("GET", "/", nil))
	}
	if flushing.flushed != 2 {
		t.Errorf("flushed %d times", flushing.flushed)
	}
}

// A part of the answer arrives when it is flushed, over HTTP/1 and HTTP/2;
// ResponseController works too.
func TestFlush(t *testing.T) {
	for _, version := range []int{1, 2} {
		t.Run(fmt.Sprint("HTTP/", version), func(t *testing.T) {
			recorder := logbooktest.NewRecorder()
			proceed := make(chan struct{})
			server := httptest.NewUnstartedServer(httplog.New(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
				if req.ProtoMajor != version {
					t.Errorf("over %s", req.Proto)
				}
				control := http.NewResponseController(w)
				if err := control.SetWriteDeadline(time.Now().Add(time.Minute)); err != nil {
					t.Error(err)
				}
				fmt.Fprint(w, "first")
				if err := control.Flush(); err != nil {
					t.Error(err)
				}
				<-proceed
				fmt.Fprint(w, "second")
			}), nil))
			server.EnableHTTP2 = version == 2
			server.StartTLS()
			defer server.Close()
			undo := logbook.PushApplication(recorder)
			defer undo()
			resp, err := server.Client().Get(server.URL)
			if err != nil {
				t.Fatal(err)
			}
			first := make([]byte, len("first"))
			if _, err := io.ReadFull(resp.Body, first); err != nil || string(first) != "first" {
				t.Errorf("%q, %v", first, err)
			}
			close(proceed)
			rest, err := io.ReadAll(resp.Body)
			resp.Body.Close()
			if err != nil || string(rest) != "second" {
				t.Errorf("%q, %v", rest, err)
			}
			server.Close()
			if r := recorder.Records(); len(r) != 1 || text(r[0], "size") != "11" || text(r[0], "status") != "200" {
				t.Errorf("logged %v", r)
			}
		})
	}
}

func TestHijack(t *testing.T) {
	recorder := logbooktest.NewRecorder()
	defer logbook.PushApplication(recorder)()
	h := httplog.New(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		conn, rw, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		fmt.Fprint(rw, "HTTP/1.1 101 Switching Protocols\r\n\r\nraw")
		if err := rw.Flush(); err != nil {
			t.Error(err)
		}
		switch req.URL.Path {
		case "/panic":
			panic("after that") // must neither write nor close anything
		case "/error":
			http.Error(w, "the peer said good-bye", 500) // nobody gets it
		}
	}), nil)
	served := make(chan struct{}, 1) // the server does not wait for hijacked connections
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		h.ServeHTTP(w, req)
		served <- struct{}{}
	}))
	defer server.Close()
	server.Config.ErrorLog = stdlog.New(io.Discard, "", 0) // reports that the connection is closed
	for _, path := range []string{"/ws", "/panic", "/error"} {
		conn, err := net.Dial("tcp", strings.TrimPrefix(server.URL, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", path)
		answer, err := io.ReadAll(conn)
		conn.Close()
		if err != nil || string(answer) != "HTTP/1.1 101 Switching Protocols\r\n\r\nraw" {
			t.Errorf("%s: %q, %v", path, answer, err)
		}
		<-served
	}
	var got []string
	for _, r := range recorder.Records() {
		got = append(got, text(r, "path")+" "+text(r, "status")+" "+r.Level().String())
	}
	if s := strings.Join(got, ", "); s != "/ws 101 INFO, /panic - ERROR, /panic 101 NOTICE, /error 101 INFO" {
		t.Errorf("logged %s", s)
	}
}

// A file goes to the server's ReadFrom, which can use sendfile.
func TestReadFrom(t *testing.T) {
	path := t.TempDir() + "/file"
	if err := os.WriteFile(path, []byte(strings.Repeat("x", 100_000)), 0o600); err != nil {
		t.Fatal(err)
	}
	recorder := logbooktest.NewRecorder()
	server := newServer(t, recorder, nil, func(w http.ResponseWriter, req *http.Request) {
		if _, ok := w.(io.ReaderFrom); !ok {
			t.Error("no ReadFrom")
		}
		http.ServeFile(w, req, path)
	})
	resp, err := http.Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	if err != nil || len(body) != 100_000 {
		t.Errorf("%d bytes, %v", len(body), err)
	}
	server.Close()
	if r := recorder.Records(); len(r) != 1 || text(r[0], "size") != "100000" {
		t.Errorf("logged %v", r)
	}
}
