//go:build unix

package desktop_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/logbook-go/logbook/handlers/desktop"
	"github.com/logbook-go/logbook/logbook"
)

// fakeCommand puts a script in place of a command. It writes its arguments and input
// below the returned directory.
func fakeCommand(t *testing.T, name, script string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\ncd '"+dir+"'\n"+script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":/usr/bin:/bin")
	return dir
}

// given returns the files of the fake command, with a NUL after each part.
func given(t *testing.T, dir string) []string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "given"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(b), "\x00"), "\x00")
}

// nasty has characters with a meaning for a shell, AppleScript, PowerShell or XML.
var nasty = []string{
	`" & (do shell script "touch pwned") & "`, `$(touch pwned)`, "`touch pwned`", `'; touch pwned; '`, `"; touch pwned; "`,
	`-e display dialog "x"`, `--`, `\`, `%PATH%`, `$env:PATH`, `</text><image src="file:///x"/>`, "two\nlines", "Grüße 你好",
}

func TestOSAScript(t *testing.T) {
	for _, s := range nasty {
		dir := fakeCommand(t, "osascript", `for a in "$@"; do printf '%s\0' "$a"; done >given; cat >script`)
		h, err := desktop.WithOSAScript(s, &desktop.Options{Title: logbook.FormatterFunc(func(*logbook.Record) string { return s })})
		if err != nil {
			t.Fatal(err)
		}
		if err := h.Handle(record(logbook.LevelError, s)); err != nil {
			t.Fatal(err)
		}
		title := strings.ReplaceAll(s, "\n", `\n`)
		if got, want := given(t, dir), []string{"-", title, s, s}; !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
		script, err := os.ReadFile(filepath.Join(dir, "script"))
		if err != nil || string(script) != desktop.AppleScriptText {
			t.Errorf("script %q, %v", script, err)
		}
	}
}

func TestPowerShell(t *testing.T) {
	const script = `for a in "$@"; do printf '%s\0' "$a"; done >arguments
printf '%s\0' "$LOGBOOK_TITLE" "$LOGBOOK_TEXT" "$LOGBOOK_APP" "$LOGBOOK_ICON" "$LOGBOOK_STAYS" "$LOGBOOK_EXPIRY" "$LOGBOOK_TAG" "$LOGBOOK_URGENT" >given`
	t.Setenv("LOGBOOK_ICON", "inherited")
	for _, s := range nasty {
		dir := fakeCommand(t, "powershell", script)
		h, err := desktop.WithPowerShell(s, &desktop.Options{Title: logbook.FormatterFunc(func(*logbook.Record) string { return s })})
		if err != nil {
			t.Fatal(err)
		}
		if err := h.Handle(record(logbook.LevelError, s)); err != nil {
			t.Fatal(err)
		}
		title := strings.ReplaceAll(s, "\n", `\n`)
		if got, want := given(t, dir), []string{title, s, s, "", "1", "", "", "1"}; !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
		arguments, err := os.ReadFile(filepath.Join(dir, "arguments"))
		if err != nil {
			t.Fatal(err)
		}
		parts := strings.Split(string(arguments), "\x00")
		if len(parts) != 5 || parts[2] != "-EncodedCommand" || decoded(t, parts[3]) != desktop.PowerShellText {
			t.Errorf("arguments %q", parts)
		}
	}
	dir := fakeCommand(t, "powershell", script)
	h, err := desktop.WithPowerShell("app", &desktop.Options{
		Icon: "/icon.png", Replace: true, Expiry: func(*logbook.Record) time.Duration { return 90 * time.Second },
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Handle(record(logbook.LevelInfo, "m")); err != nil {
		t.Fatal(err)
	}
	got := given(t, dir)
	tag := got[6]
	got[6] = ""
	if want := []string{"app.web: Info", "m", "app", "/icon.png", "", "90000", "", ""}; !slices.Equal(got, want) || tag == "" {
		t.Errorf("got %q, want %q", got, want)
	}
}

// decoded decodes the argument of -EncodedCommand.
func decoded(t *testing.T, s string) string {
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	units := make([]uint16, len(b)/2)
	if err := binary.Read(bytes.NewReader(b), binary.LittleEndian, units); err != nil {
		t.Fatal(err)
	}
	return string(utf16.Decode(units))
}

func TestCommandFails(t *testing.T) {
	fakeCommand(t, "osascript", "echo 'not allowed' >&2; exit 3")
	h, err := desktop.WithOSAScript("app", &desktop.Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := "desktop: osascript: exit status 3: not allowed"
	if err := h.Handle(record(logbook.LevelInfo, "m")); err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("%v, want %s", err, want)
	}

	// Long output is cut.
	fakeCommand(t, "osascript", "echo 'not allowed' >&2; head -c 1000000 /dev/zero | tr '\\0' x >&2; exit 3")
	h, err = desktop.WithOSAScript("app", &desktop.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Handle(record(logbook.LevelInfo, "m")); err == nil || !strings.HasPrefix(err.Error(), want) || len(err.Error()) > 450 {
		t.Errorf("%.1000v, want %s...", err, want)
	}

	fakeCommand(t, "osascript", "exec sleep 60")
	h, err = desktop.WithOSAScript("app", &desktop.Options{Timeout: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Handle(record(logbook.LevelInfo, "m")); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}

	t.Setenv("PATH", t.TempDir())
	for _, create := range []func(string, *desktop.Options) (*desktop.Handler, error){desktop.WithOSAScript, desktop.WithPowerShell} {
		var e *desktop.Error
		if _, err := create("app", &desktop.Options{}); !errors.Is(err, desktop.ErrNoCommand) || !errors.As(err, &e) {
			t.Errorf("%v", err)
		}
	}
}
