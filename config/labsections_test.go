package config_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/logbook"
)

// The values of active that switch a section on.
func TestActive(t *testing.T) {
	for value, want := range map[string]bool{
		"true": true, "1": true, "t": true, "y": true, "yes": true, "on": true, "YES": true, "On": true,
		"false": false, "0": false, "no": false, "": false, "2": false, "enabled": false,
	} {
		opened := false
		sectionProbe = func(*config.Spec) func() (logbook.Handler, error) {
			return func() (logbook.Handler, error) {
				opened = true
				return logbook.Null{}, nil
			}
		}
		c := parse(t, "[Probe]\nactive = "+value+"\n", nil)
		if opened != want {
			t.Errorf("%q: %t", value, opened)
		}
		unclear := value == "2" || value == "enabled"
		if n := len(c.Warnings()); unclear != (n == 1) || n > 1 {
			t.Errorf("%q: warnings %v", value, c.Warnings())
		}
	}
}

// logged returns what the configuration writes to standard error.
func logged(t *testing.T, text string, o *config.Options, log func()) string {
	t.Helper()
	stderr := captured(t, &os.Stderr)
	c, err := config.Parse([]byte(text), o)
	if err != nil {
		t.Fatal(err)
	}
	logbook.InGoroutine(log, c.Setup())
	return stderr()
}

func everyLevel() {
	log := logbook.New("app")
	log.Debug("debug")
	log.Info("info")
	log.Success("success")
}

// The console is active at INFO, unless it is switched off or there are other sinks.
func TestConsoleSection(t *testing.T) {
	t.Setenv("NO_COLOR", "1")
	dir := inTempDir(t)
	tests := []struct{ text, want string }{
		{"", "info success"},
		{"[ConsoleLogger]\n", "info success"},
		{"[ConsoleLogger]\nlog_level = DEBUG\n", "debug info success"},
		{"[ConsoleLogger]\nlog_level = SUCCESS\n", "success"},
		{"[ConsoleLogger]\nactive = 0\n", ""},
		{"[FileLogger]\n", "info success"},
		{"[FileLogger]\nactive = 1\nlog_basename = a\n", "info success"},
		{"[sink a]\nuri = file:b.log\n", ""},
		{"[ConsoleLogger]\nactive = 0\n[FileLogger]\nactive = 1\n", "info success"}, // the file has no name
		{"levels = app:debug\n", "debug info success"},
		{"levels = other:debug\n", "info success"},
		{"levels = *:debug\n", "debug info success"},
		{"levels = *:debug\n[ConsoleLogger]\nlog_level = INFO\n", "info success"},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			var got []string
			for line := range strings.Lines(logged(t, tt.text, nil, everyLevel)) {
				if words := strings.Fields(line); words[2] == "app:" {
					got = append(got, words[3])
				}
			}
			if strings.Join(got, " ") != tt.want {
				t.Errorf("got %q", got)
			}
		})
	}
	if files, _ := filepath.Glob(filepath.Join(dir, "a_*")); len(files) != 1 {
		t.Errorf("files %q", files)
	}
}

// NO_COLOR and the key both switch colours off.
func TestConsoleSectionColors(t *testing.T) {
	t.Setenv("FORCE_COLOR", "1")
	for _, tt := range []struct {
		noColor, text string
		want          bool
	}{
		{"", "", true},
		{"", "use_coloured_output = 0", false},
		{"1", "use_coloured_output = 1", false},
	} {
		t.Setenv("NO_COLOR", tt.noColor)
		got := logged(t, "[ConsoleLogger]\n"+tt.text, nil, everyLevel)
		if strings.Contains(got, "\x1b[") != tt.want {
			t.Errorf("NO_COLOR=%s, %s: %q", tt.noColor, tt.text, got)
		}
	}
}

// A section of lab_utils that cannot be opened is left out, with a warning in the log.
func TestInvalidSectionIsLeftOut(t *testing.T) {
	t.Setenv("NO_COLOR", "1")
	inTempDir(t)
	if err := os.WriteFile("plain", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	text := "[ConsoleLogger]\nactive=1\n[FileLogger]\nactive = 1\nlog_path = plain/x\nlog_basename = a\n"
	got := logged(t, text, nil, everyLevel)
	if !strings.Contains(got, "WARNING  config: line 3: [FileLogger]: ") || !strings.Contains(got, "app: success") {
		t.Errorf("got %s", got)
	}
	if _, err := config.Parse([]byte(text), &config.Options{Strict: true}); err == nil {
		t.Error("strict mode takes it")
	}
	for text, want := range map[string]string{
		"log_basename = ../x": "want one without a directory", "log_path = .": "log_basename: missing",
		"log_basename = x\nlog_extension = log": "want one like .log", "log_basename = x\nlog_level = loud": "log_level: logbook: unknown level",
	} {
		c := parse(t, "[FileLogger]\nactive = 1\n"+text, nil)
		if !strings.Contains(warnings(c), want) {
			t.Errorf("%s: %s", text, warnings(c))
		}
	}
}

// Directories are created, and each day has a file, in the time zone of the record, even if
// the clocks change.
func TestFileSection(t *testing.T) {
	inTempDir(t)
	c := parse(t, `
[ConsoleLogger]
active = 0
[FileLogger]
active        = on
log_path      = logs/deep
log_basename  = lab
log_extension = .json
log_level     = SUCCESS
`, &config.Options{Strict: true})
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []time.Time{
		time.Date(2024, 3, 30, 23, 59, 59, 0, zone),
		time.Date(2024, 3, 31, 0, 0, 0, 0, zone),
		time.Date(2024, 3, 31, 23, 59, 59, 0, zone), // a day of 23 hours
		time.Date(2024, 4, 2, 12, 0, 0, 0, zone),    // and one without a record
	} {
		logbook.InGoroutine(func() {
			for _, level := range []logbook.Level{logbook.LevelInfo, logbook.LevelSuccess} {
				logbook.Dispatch(context.Background(), logbook.NewRecord(logbook.RecordData{
					Time: at, Level: level, Channel: "lab", Message: at.Format(time.DateTime),
				}))
			}
		}, c.Setup())
	}
	for _, dir := range []string{"logs", "logs/deep"} {
		info, err := os.Stat(dir)
		if err != nil {
			t.Fatal(err)
		}
		if others := info.Mode().Perm() &^ 0o750; others != 0 && os.PathSeparator == '/' {
			t.Errorf("%s is open to others: %v", dir, info.Mode())
		}
	}
	var got []string
	files, err := filepath.Glob("logs/deep/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if lines := strings.Count(string(text), "\n"); lines != strings.Count(string(text), `"level":"SUCCESS"`) {
			t.Errorf("%s: %s", f, text)
		}
		got = append(got, filepath.Base(f), string(rune('0'+strings.Count(string(text), "\n"))))
	}
	want := []string{"lab_2024-03-30.json", "1", "lab_2024-03-31.json", "2", "lab_2024-04-02.json", "1"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}
