package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// openTerminal returns a terminal of 80 columns, and a function that returns what was written to
// it, which closes it. What is written to the other end is typed.
func openTerminal(t *testing.T) (terminal, other *os.File, written func() string) {
	t.Helper()
	for _, name := range []string{"NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "CLICOLOR", "TERM"} {
		t.Setenv(name, "")
	}
	other, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	number := 0
	if err = unix.IoctlSetPointerInt(int(other.Fd()), unix.TIOCSPTLCK, 0); err == nil {
		number, err = unix.IoctlGetInt(int(other.Fd()), unix.TIOCGPTN)
	}
	if err == nil {
		terminal, err = os.OpenFile(fmt.Sprint("/dev/pts/", number), os.O_RDWR|unix.O_NOCTTY, 0)
	}
	if err == nil {
		err = unix.IoctlSetWinsize(int(other.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 25, Col: 80})
	}
	if err != nil {
		t.Fatal(err)
	}
	read := make(chan string)
	go func() {
		b, _ := io.ReadAll(other) // an error is the end of a terminal
		other.Close()
		read <- strings.ReplaceAll(string(b), "\r\n", "\n")
	}()
	return terminal, other, func() string {
		terminal.Close()
		return <-read
	}
}

// On a terminal, lines are coloured, aligned, and broken at its width.
func TestPipeOnATerminal(t *testing.T) {
	terminal, _, written := openTerminal(t)
	var stderr bytes.Buffer
	log := textLine + "\n[2024-02-29 13:37:42.500000+0000] INFO: worker: a message of many words that need more than one line\n"
	code := run([]string{"pipe", "--input-zone", "UTC"}, strings.NewReader(log), terminal, &stderr)
	got := written()
	want := "\x1b[2m2024-02-29 13:37:42.500\x1b[0m \x1b[31;1mERROR\x1b[0m    \x1b[2mdb:\x1b[0m lost\n" +
		"\x1b[2m2024-02-29 13:37:42.500\x1b[0m \x1b[34mINFO\x1b[0m     \x1b[2mworker:\x1b[0m a message of many words that need more\n" +
		strings.Repeat(" ", 40) + "than one line\n"
	if got != want || stderr.Len() > 0 || code != exitOK {
		t.Errorf("exit code %d, %q\ngot  %q\nwant %q", code, &stderr, got, want)
	}
}

// While files are read into something else, a terminal shows how far it is.
func TestPipeProgress(t *testing.T) {
	dir := t.TempDir()
	text := strings.Repeat(textLine+"\n", 20000)
	plain, gz := writeFile(t, dir, "a.log", text), writeFile(t, dir, "a.log.gz", gzipped(t, text))
	for _, tt := range []struct {
		files []string
		want  string // of the first report
	}{
		{[]string{plain}, "\r\x1b[K0.1 of 1.0 MB, "},
		{[]string{plain, plain}, "\r\x1b[K0.1 of 2.0 MB, "},
		{[]string{gz}, "\r\x1b[K0.0 MB, "},
		{[]string{"-"}, ""},
	} {
		terminal, _, written := openTerminal(t)
		var stdout bytes.Buffer
		code := run(append([]string{"pipe", "--output", "raw"}, tt.files...), strings.NewReader(text), &stdout, terminal)
		got := written()
		shown := strings.HasPrefix(got, tt.want) && strings.HasSuffix(got, " MB/s\r\x1b[K")
		if shown != (tt.want != "") || tt.want == "" && got != "" || stdout.Len()%len(text) != 0 || code != exitOK {
			t.Errorf("%q: exit code %d, %d bytes, %q", tt.files, code, stdout.Len(), got)
		}
	}
}

// Whoever calls pipe without a file gets a hint, and can type a log.
func TestPipeReadsATerminal(t *testing.T) {
	for _, log := range []string{textLine + "\n", ""} {
		terminal, other, written := openTerminal(t)
		if _, err := other.WriteString(log + "\x04"); err != nil {
			t.Fatal(err)
		}
		var stdout, stderr bytes.Buffer
		code := run([]string{"pipe", "--output", "raw"}, terminal, &stdout, &stderr)
		written()
		const hint = "logbook: reading the terminal until Ctrl-D; to read files, name them: logbook pipe app.log\n"
		if stdout.String() != log || stderr.String() != hint || code != exitOK {
			t.Errorf("exit code %d, %q, %q", code, &stdout, &stderr)
		}
	}
}
