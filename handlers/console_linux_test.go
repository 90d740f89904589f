package handlers_test

import (
	"bytes"
	"os"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/logbook-go/logbook/handlers"
)

func TestColorEnabledOnATerminal(t *testing.T) {
	terminal, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer terminal.Close()
	for _, c := range []struct {
		env  map[string]string
		want bool
	}{
		{nil, true},
		{map[string]string{"TERM": "xterm"}, true},
		{map[string]string{"TERM": "dumb"}, false},
		{map[string]string{"CLICOLOR": "0"}, false},
		{map[string]string{"CLICOLOR": "1"}, true},
		{map[string]string{"NO_COLOR": "yes"}, false},
		{map[string]string{"FORCE_COLOR": "0"}, true},
	} {
		setEnvironment(t, c.env)
		if got := handlers.ColorEnabled(terminal); got != c.want {
			t.Errorf("%v: %v, want %v", c.env, got, c.want)
		}
	}
}

func TestConsoleOptionsOfATerminal(t *testing.T) {
	terminal, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer terminal.Close()
	setEnvironment(t, nil)
	if o := handlers.ConsoleOptions(terminal); !o.Color || o.Width != nil {
		t.Errorf("a terminal without a size: %+v", o)
	}
	setWidth := func(n uint16) {
		t.Helper()
		if err := unix.IoctlSetWinsize(int(terminal.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 25, Col: n}); err != nil {
			t.Fatal(err)
		}
	}
	setWidth(100)
	o := handlers.ConsoleOptions(terminal)
	if o.Width == nil || o.Width() != 100 {
		t.Fatalf("want the width: %+v", o)
	}
	setWidth(60)
	if o.Width() != 60 {
		t.Errorf("a resized terminal has %d columns", o.Width())
	}
	if o := handlers.ConsoleOptions(new(bytes.Buffer)); o.Color || o.Width != nil {
		t.Errorf("a buffer: %+v", o)
	}
}
