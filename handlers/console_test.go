package handlers_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

// colorVariables are set to "" by each test, which is the same as unset.
var colorVariables = []string{"NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "CLICOLOR", "TERM"}

func setEnvironment(t *testing.T, env map[string]string) {
	t.Helper()
	for _, name := range colorVariables {
		t.Setenv(name, env[name])
	}
}

func TestColorEnabledWithoutTerminal(t *testing.T) {
	file, err := os.Create(filepath.Join(t.TempDir(), "f"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for _, c := range []struct {
		env  map[string]string
		want bool
	}{
		{nil, false},
		{map[string]string{"TERM": "xterm-256color", "CLICOLOR": "1"}, false},
		{map[string]string{"FORCE_COLOR": "1"}, true},
		{map[string]string{"FORCE_COLOR": "3", "TERM": "dumb"}, true},
		{map[string]string{"FORCE_COLOR": "0"}, false},
		{map[string]string{"CLICOLOR_FORCE": "1", "CLICOLOR": "0"}, true},
		{map[string]string{"CLICOLOR_FORCE": "0"}, false},
		{map[string]string{"FORCE_COLOR": "0", "CLICOLOR_FORCE": "yes"}, true},
		{map[string]string{"NO_COLOR": "1", "FORCE_COLOR": "1"}, false},
		{map[string]string{"NO_COLOR": "0", "CLICOLOR_FORCE": "1"}, false},
	} {
		setEnvironment(t, c.env)
		if got := handlers.ColorEnabled(file); got != c.want {
			t.Errorf("%v: a file has colours: %v, want %v", c.env, got, c.want)
		}
		if got := handlers.ColorEnabled(new(bytes.Buffer)); got != c.want {
			t.Errorf("%v: a buffer has colours: %v, want %v", c.env, got, c.want)
		}
		if got := handlers.ColorEnabled(nil); got != c.want {
			t.Errorf("%v: no writer has colours: %v, want %v", c.env, got, c.want)
		}
	}
	setEnvironment(t, nil)
	file.Close()
	if handlers.ColorEnabled(file) {
		t.Error("a closed file has colours")
	}
}

// WARNING and ERROR have Logbook's colours.
func TestConsoleColors(t *testing.T) {
	var golden map[string]any
	text, err := os.ReadFile("testdata/colorized.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &golden); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		golden string
		log    func(string, ...any)
	}{{"error", log.Error}, {"warning", log.Warn}} {
		setEnvironment(t, map[string]string{"FORCE_COLOR": "1"})
		got := captureStderr(t, func() { bound(t, func() { c.log("coloured") }, handlers.NewConsole(nil)) })
		name := strings.ToUpper(c.golden)
		at := strings.Index(got, name)
		if at < 0 || !strings.Contains(got, "coloured") {
			t.Errorf("%s: got %q", c.golden, got)
			continue
		}
		escape := got[strings.LastIndex(got[:at], "\x1b"):at]
		if want := golden[c.golden].(string); parameters(escape) != parameters(want) {
			t.Errorf("%s is %q, want the colour of %q", c.golden, escape, want)
		}
		setEnvironment(t, map[string]string{"NO_COLOR": "1"})
		got = captureStderr(t, func() { bound(t, func() { c.log("coloured") }, handlers.NewConsole(nil)) })
		if strings.Contains(got, "\x1b") || !strings.Contains(got, name) {
			t.Errorf("%s without colours: got %q", c.golden, got)
		}
	}
}

// parameters returns the numbers of the first escape: "31;1" of "\x1b[31;01m".
func parameters(s string) string {
	m := regexp.MustCompile(`^\x1b\[([0-9;]+)m`).FindStringSubmatch(s)
	if m == nil {
		return "none"
	}
	numbers := strings.Split(m[1], ";")
	for i, n := range numbers {
		v, _ := strconv.Atoi(n)
		numbers[i] = strconv.Itoa(v)
	}
	return strings.Join(numbers, ";")
}

func TestConsoleKeepsAGivenFormatter(t *testing.T) {
	setEnvironment(t, map[string]string{"FORCE_COLOR": "1"})
	h := handlers.NewConsole(&logbook.Options{Formatter: plain, Level: logbook.LevelInfo})
	got := captureStderr(t, func() { bound(t, func() { log.Info("x"); log.Debug("y") }, h) })
	if want := "INFO:testlogger:x\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// The environment is read when the handler is made.
func TestConsoleDecidesOnce(t *testing.T) {
	setEnvironment(t, map[string]string{"FORCE_COLOR": "1"})
	h := handlers.NewConsole(nil)
	setEnvironment(t, map[string]string{"NO_COLOR": "1"})
	if got := captureStderr(t, func() { bound(t, func() { log.Error("x") }, h) }); !strings.Contains(got, "\x1b[") {
		t.Errorf("got %q, want colours", got)
	}
}
