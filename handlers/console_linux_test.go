package handlers_test

import (
	"os"
	"testing"

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
