package config_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/logbook"
)

func TestFromEnv(t *testing.T) {
	t.Setenv("NO_COLOR", "1")
	for value, want := range map[string]string{
		"":                  "info success",
		"app=debug,*=error": "debug info success",
		"app:success":       "success",
		"debug":             "debug info success",
		"other:debug":       "info success",
	} {
		t.Setenv("LOGBOOK", value)
		stderr := captured(t, &os.Stderr)
		c, err := config.FromEnv()
		if err != nil {
			t.Fatal(err)
		}
		logbook.InGoroutine(everyLevel, c.Setup())
		var got []string
		for line := range strings.Lines(stderr()) {
			got = append(got, strings.Fields(line)[3])
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %q", value, got)
		}
	}
	t.Setenv("LOGBOOK", "app:loud")
	var e *config.LevelsError
	if _, err := config.FromEnv(); !errors.As(err, &e) || e.Entry != "app:loud" {
		t.Error(err)
	}
}

// The environment overrides the file, channel by channel.
func TestEnvironmentOfFile(t *testing.T) {
	text := "levels = app:warn, *:error\n[levels]\nApp.db: info\n"
	t.Setenv("LOGBOOK", "app=trace,x=debug")
	if got := parse(t, text, nil).Levels().String(); got != "App.db:INFO, app:TRACE, x:DEBUG, *:ERROR" {
		t.Error(got)
	}
	captured(t, &os.Stderr)
	t.Setenv("LOGBOOK", "app=loud")
	c := parse(t, text, nil)
	if got := c.Levels().String(); got != "App.db:INFO, app:WARNING, *:ERROR" {
		t.Error(got)
	}
	if !strings.Contains(warnings(c), `config: environment variable LOGBOOK: levels: "app=loud": logbook: unknown level`) {
		t.Error(warnings(c))
	}
	if _, err := config.Parse([]byte(text), &config.Options{Strict: true}); err == nil {
		t.Error("strict mode takes it")
	}
}
