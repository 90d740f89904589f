package main

import (
	"bufio"
	"database/sql"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/logbook-go/logbook/internal/pickle"
	"github.com/logbook-go/logbook/internal/pyjson"
	"github.com/logbook-go/logbook/internal/sqlite"
)

// The lines are those of dagrunner for the same records, and the rows are in the database when
// the server is closed.
func TestServe(t *testing.T) {
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "logs.db")
	out, w := io.Pipe()
	s, err := serve("tcp://127.0.0.1:0", path, w)
	if err != nil {
		t.Fatal(err)
	}
	c, err := net.Dial("tcp", s.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 20, 9, 29, 42, 0, time.Local)
	record := pickle.Append(nil, pyjson.Object{
		{Key: "name", Value: "myapp.area1"}, {Key: "levelno", Value: int64(20)}, {Key: "levelname", Value: "INFO"}, {Key: "msg", Value: "rec 0"},
		{Key: "process", Value: int64(12336)}, {Key: "created", Value: float64(at.Unix())}, {Key: "relativeCreated", Value: 6.9},
	})
	frames := append(binary.BigEndian.AppendUint32(nil, uint32(len(record))), record...)
	recorded, err := os.ReadFile("../../internal/pickle/testdata/py_sockethandler_plain.bin") // with its length
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Write(append(frames, recorded...)); err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	lines := bufio.NewScanner(out)
	for _, want := range []string{
		fmt.Sprintf("    6 myapp.area1     INFO     %s 12336 2026-11-20T09:29:42 rec 0", host),
		fmt.Sprintf("    8 lab.gauge       INFO     %s 30562 %s system started", host, time.Unix(1795166711, 0).Format("2006-01-02T15:04:05")),
	} {
		if lines.Scan(); lines.Text() != want {
			t.Errorf("got  %q\nwant %q", lines.Text(), want)
		}
	}
	if err := s.Close(t.Context()); err != nil {
		t.Error(err)
	}

	connector, err := sqlite.NewConnector(sqlite.Default, path, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	db := sql.OpenDB(connector)
	defer db.Close()
	var rows string
	if err := db.QueryRow("SELECT group_concat(name || ' ' || message || ' ' || process, ', ') FROM logs").Scan(&rows); err != nil || rows != "myapp.area1 rec 0 12336, lab.gauge system started 30562" {
		t.Errorf("rows %q, %v", rows, err)
	}
}
