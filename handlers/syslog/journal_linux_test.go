package syslog_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/logbook-go/logbook/handlers/syslog"
	"github.com/logbook-go/logbook/logbook"
)

// parseEntry reads the fields of an entry as journald does.
func parseEntry(entry []byte) (fields []string, err error) {
	for len(entry) > 0 {
		name, rest, ok := bytes.Cut(entry, []byte{'\n'})
		if !ok {
			return fields, fmt.Errorf("no newline after %q", entry)
		}
		if i := bytes.IndexByte(name, '='); i >= 0 {
			fields = append(fields, string(name))
			entry = rest
			continue
		}
		if len(rest) < 8 {
			return fields, fmt.Errorf("no length after %q", name)
		}
		n := binary.LittleEndian.Uint64(rest)
		rest = rest[8:]
		if uint64(len(rest)) <= n || rest[n] != '\n' {
			return fields, fmt.Errorf("%q is not %d bytes long", name, n)
		}
		fields = append(fields, string(name)+"="+string(rest[:n]))
		entry = rest[n+1:]
	}
	return fields, nil
}

// receiveEntry receives an entry, and reports whether it came in a file.
func receiveEntry(t *testing.T, server *datagramServer) (fields []string, file bool) {
	t.Helper()
	c := server.PacketConn.(*net.UnixConn)
	_ = c.SetReadDeadline(time.Now().Add(patience))
	b, oob := make([]byte, 1<<20), make([]byte, 128)
	n, oobn, _, _, err := c.ReadMsgUnix(b, oob)
	if err != nil {
		t.Fatal(err)
	}
	entry := b[:n]
	if oobn > 0 {
		file = true
		if n != 0 {
			t.Errorf("a file came with %d bytes", n)
		}
		entry = readPassedFile(t, oob[:oobn])
	}
	fields, err = parseEntry(entry)
	if err != nil {
		t.Fatal(err)
	}
	return fields, file
}

// readPassedFile reads the file that was passed. It must be sealed, or journald refuses
// it.
func readPassedFile(t *testing.T, oob []byte) []byte {
	t.Helper()
	messages, err := syscall.ParseSocketControlMessage(oob)
	if err != nil || len(messages) != 1 {
		t.Fatalf("%d control messages, %v", len(messages), err)
	}
	fds, err := syscall.ParseUnixRights(&messages[0])
	if err != nil || len(fds) != 1 {
		t.Fatalf("%d files, %v", len(fds), err)
	}
	f := os.NewFile(uintptr(fds[0]), "entry")
	defer f.Close()
	seals, err := unix.FcntlInt(f.Fd(), unix.F_GET_SEALS, 0)
	if want := unix.F_SEAL_SHRINK | unix.F_SEAL_GROW | unix.F_SEAL_WRITE | unix.F_SEAL_SEAL; err != nil || seals != want {
		t.Errorf("seals %#x, %v", seals, err)
	}
	entry, err := io.ReadAll(io.NewSectionReader(f, 0, 1<<30))
	if err != nil {
		t.Fatal(err)
	}
	return entry
}

func newJournal(t *testing.T, o syslog.JournalOptions) *syslog.Journal {
	t.Helper()
	h, err := syslog.NewJournal(&o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
	return h
}

func TestJournal(t *testing.T) {
	path := socketPath(t)
	server := startUnixgram(t, path)
	h := newJournal(t, syslog.JournalOptions{Socket: path, Identifier: "myapp"})
	source := &slog.Source{Function: "main.serve", File: "/srv/app/main.go", Line: 12}
	for _, tt := range []struct {
		d    logbook.RecordData
		want []string
	}{
		{logbook.RecordData{Level: logbook.LevelWarn, Channel: "app.web", Template: "n is {n}", Source: source,
			Attrs: []slog.Attr{slog.Int("n", 1), slog.Group("req", slog.String("id", "a=b"))}, Extra: []slog.Attr{slog.String("host", "h")}},
			[]string{"MESSAGE=n is 1", "PRIORITY=4", "SYSLOG_IDENTIFIER=myapp", "LOGGER=app.web",
				"CODE_FILE=/srv/app/main.go", "CODE_LINE=12", "CODE_FUNC=main.serve", "N=1", "REQ_ID=a=b", "HOST=h"}},
		{logbook.RecordData{Level: logbook.LevelTrace, Message: "two\nlines", Attrs: []slog.Attr{slog.String("text", "a\nPRIORITY=0\n\x00\xff")}},
			[]string{"MESSAGE=two\nlines", "PRIORITY=7", "SYSLOG_IDENTIFIER=myapp", "TEXT=a\nPRIORITY=0\n\x00\xff"}},
		{logbook.RecordData{Level: logbook.LevelError, Message: "failed", Cause: io.EOF},
			[]string{"MESSAGE=failed\n  | *errors.errorString: EOF", "PRIORITY=3", "SYSLOG_IDENTIFIER=myapp", "ERROR=EOF"}},
	} {
		handle(t, h, logbook.NewRecord(tt.d))
		if got, file := receiveEntry(t, server); !slices.Equal(got, tt.want) || file {
			t.Errorf("got  %q, file: %v\nwant %q", got, file, tt.want)
		}
	}
	if got, want := h.Stats().String(), "handled 3"; got != want {
		t.Errorf("stats %+v, want %+v", got, want)
	}
	if b := h.Binding(); b.NoCaller {
		t.Error("the caller is not looked up")
	}
}

func TestJournalFieldNames(t *testing.T) {
	for key, want := range map[string]string{
		"request_id": "REQUEST_ID", "RequestID": "REQUESTID", "a.b-c": "A_B_C", "ä": "ATTR", "": "ATTR", "_pid": "PID", "__": "ATTR",
		"1st": "ATTR_1ST", "message": "ATTR_MESSAGE", "Priority": "ATTR_PRIORITY", "code.file": "ATTR_CODE_FILE", "logger": "ATTR_LOGGER",
		"message_id": "MESSAGE_ID", "a=b\nC=d": "A_B_C_D", strings.Repeat("k", 70): strings.Repeat("K", 64),
		strings.Repeat("1", 70): "ATTR_" + strings.Repeat("1", 59),
	} {
		r := logbook.NewRecord(logbook.RecordData{Message: "m", Attrs: []slog.Attr{slog.String(key, "x")}})
		if got := syslog.Entry("app", r); got != "MESSAGE=m\nPRIORITY=6\nSYSLOG_IDENTIFIER=app\n"+want+"=x\n" {
			t.Errorf("%q: %q, want %s", key, got, want)
		}
	}
}

// FuzzJournal checks that no data can add a field.
func FuzzJournal(f *testing.F) {
	f.Add("app", "message", "key", "value")
	f.Add("a\nMESSAGE=b", "two\nlines", "k=\n", "v\n\x00\x00\x00\x00\x00\x00\x00\x00")
	f.Add("\n", "", "_", "=")
	valid := regexp.MustCompile(`^[A-Z][A-Z0-9_]{0,63}=`)
	f.Fuzz(func(t *testing.T, app, message, key, value string) {
		r := logbook.NewRecord(logbook.RecordData{Channel: "c", Message: message, Attrs: []slog.Attr{slog.String(key, value)}})
		fields, err := parseEntry([]byte(syslog.Entry(app, r)))
		if err != nil || len(fields) != 5 {
			t.Fatalf("%q, %v", fields, err)
		}
		for _, field := range fields {
			if !valid.MatchString(field) {
				t.Errorf("field %q", field)
			}
		}
		if fields[2] != "SYSLOG_IDENTIFIER="+app || !strings.HasSuffix(fields[4], "="+value) {
			t.Errorf("%q", fields)
		}
	})
}

// An entry too long for a datagram comes as a file, complete.
func TestLongJournalEntry(t *testing.T) {
	path := socketPath(t)
	server := startUnixgram(t, path)
	h := newJournal(t, syslog.JournalOptions{Socket: path})
	long := strings.Repeat("long ", 200_000)
	handle(t, h, logbook.NewRecord(logbook.RecordData{Message: "m", Attrs: []slog.Attr{slog.String("text", long)}}))
	fields, file := receiveEntry(t, server)
	if !file || !slices.Equal(fields, []string{"MESSAGE=m", "PRIORITY=6", "SYSLOG_IDENTIFIER=" + filepath.Base(os.Args[0]), "TEXT=" + long}) {
		t.Errorf("%d fields, file: %v", len(fields), file)
	}
	handle(t, h, sample(logbook.LevelInfo, "short"))
	if fields, file := receiveEntry(t, server); file || fields[0] != "MESSAGE=short" {
		t.Errorf("%q, file: %v", fields, file)
	}
	if got, want := h.Stats().String(), "handled 2"; got != want {
		t.Errorf("stats %+v, want %+v", got, want)
	}
}

func TestRestartedJournal(t *testing.T) {
	path := socketPath(t)
	server := startUnixgram(t, path)
	h := newJournal(t, syslog.JournalOptions{Socket: path})
	_ = server.Close()
	_ = os.Remove(path)
	server = startUnixgram(t, path)
	handle(t, h, sample(logbook.LevelInfo, "first"))
	if fields, _ := receiveEntry(t, server); fields[0] != "MESSAGE=first" {
		t.Errorf("%q", fields)
	}
}

func TestNoJournal(t *testing.T) {
	_, err := syslog.NewJournal(&syslog.JournalOptions{Socket: socketPath(t)})
	if e := asError(t, err); !errors.Is(e, fs.ErrNotExist) || e.Op != "connect" {
		t.Errorf("error %v", err)
	}
	var wrong *logbook.OptionError
	if _, err := syslog.NewJournal(&syslog.JournalOptions{Timeout: -1}); !errors.As(err, &wrong) || wrong.Option != "Timeout" {
		t.Errorf("error %v", err)
	}
}
