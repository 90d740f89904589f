package config_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

func ExampleParse() {
	cfg, err := config.Parse([]byte(`
levels = app.db:debug, app:warning, *:info

[sink out]
scheme = file
path   = -
format = {record.level_name} {record.channel}: {record.message}
`), &config.Options{Strict: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	logbook.InGoroutine(func() {
		logbook.New("app.db").Debug("connected")
		logbook.New("app.web").Info("served")
		logbook.New("app.web").Error("lost {n} carts", "n", 3)
	}, cfg.Setup())
	// Output:
	// DEBUG app.db: connected
	// ERROR app.web: lost 3 carts
}

func ExampleLoad() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "app.ini")
	text := "[sink log]\nscheme = file\npath = " + filepath.Join(dir, "app.log") + "\nformat = {record.message}\nbackups = 5\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		fmt.Println(err)
		return
	}

	cfg, err := config.Load(path, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	logbook.InGoroutine(func() { logbook.New("app").Info("started") }, cfg.Setup())
	if err := logbook.Close(context.Background(), cfg.Setup()); err != nil {
		fmt.Println(err)
	}
	written, err := os.ReadFile(filepath.Join(dir, "app.log"))
	fmt.Println(strings.ReplaceAll(string(written), dir, ""), err)

	_, err = config.Load(path, &config.Options{Strict: true})
	fmt.Println(strings.ReplaceAll(err.Error(), dir, ""))
	// Output:
	// /app.ini:5: [sink log]: backups: unknown key (known here: bubble, buffer, delay, flush_interval, flush_level, format, json, level, levels, mode, source, sync_interval, sync_level, truncate; to every sink: background, dedup, fallback, fingers_crossed, limit, sample, spool)
	// started
	//  <nil>
	// config: /app.ini:5: [sink log]: backups: unknown key (known here: bubble, buffer, delay, flush_interval, flush_level, format, json, level, levels, mode, source, sync_interval, sync_level, truncate; to every sink: background, dedup, fallback, fingers_crossed, limit, sample, spool)
}

// A file in the format of lab_utils.
func ExampleParse_lab() {
	_, err := config.Parse([]byte(`
[ConsoleLogger]
active = 1
log_level = INFO
use_colored_output = 0
`), &config.Options{Strict: true})
	fmt.Println(err)
	// Output:
	// config: line 5: [ConsoleLogger]: use_colored_output: unknown key, did you mean "use_coloured_output"? (known here: active, log_level, use_coloured_output)
}

func ExampleFromEnv() {
	os.Setenv("LOGBOOK", "app.db=debug,*=warning")
	defer os.Unsetenv("LOGBOOK")
	cfg, err := config.FromEnv()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(cfg.Levels()) // of the console in cfg.Setup()
	// Output:
	// app.db:DEBUG, *:WARNING
}

func ExampleWatch() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "app.ini")
	write := func(text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			fmt.Println(err)
		}
	}

	write("[sink out]\nscheme = file\npath = -\nformat = {record.message}\n")
	w, err := config.Watch(path, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer w.Stop()
	log := logbook.New("app")
	logbook.InGoroutine(func() {
		log.Info("first")
		write("[sink out]\nscheme = file\npath = -\nformat = * {record.message}\n")
		if err := w.Reload(); err != nil { // as SIGHUP does
			fmt.Println(err)
		}
		log.Info("second")
	}, w.Slot())
	// Output:
	// first
	// * second
}

func ExampleLevels_Wrap() {
	levels, err := config.ParseLevels("app.db:debug, *:info")
	if err != nil {
		fmt.Println(err)
		return
	}
	h := levels.Wrap(handlers.NewStream(os.Stdout, &logbook.Options{
		Formatter: logbook.MustFormat("{record.channel}: {record.message}"),
	}))
	logbook.InGoroutine(func() {
		logbook.New("app.db.pool").Debug("one more")
		logbook.New("app").Debug("not shown")
	}, h)
	// Output:
	// app.db.pool: one more
}

func ExampleLevelsHandler() {
	cfg, err := config.FromEnv()
	if err != nil {
		fmt.Println(err)
		return
	}
	// Restrict access to it: http.Handle("/levels", config.LevelsHandler(cfg.Levels))
	h := config.LevelsHandler(cfg.Levels)

	logbook.InGoroutine(func() {
		answer := httptest.NewRecorder()
		h.ServeHTTP(answer, httptest.NewRequest("POST", "/levels", strings.NewReader("app.db=debug")))
		fmt.Print(answer.Code, " ", answer.Body)
		answer = httptest.NewRecorder()
		h.ServeHTTP(answer, httptest.NewRequest("POST", "/levels", strings.NewReader("app.db=loud")))
		fmt.Print(answer.Code, " ", answer.Body)
	}, logbook.Null{})
	// Output:
	// 200 {"app.db":"DEBUG"}
	// 400 config: levels: "app.db=loud": logbook: unknown level "loud" (known: trace, debug, info, success, notice, warning, error, critical, notset)
}
