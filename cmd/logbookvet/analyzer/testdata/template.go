package example

import (
	"context"
	"errors"
	"log/slog"

	"github.com/logbook-go/logbook/logbook"
)

var (
	log      = logbook.New("app")
	child    = log.With("job", 7).WithGroup("g")
	changing = logbook.New("app")
	taken    = logbook.New("app")
	Exported = logbook.New("app")
)

func init() {
	changing = changing.With("user", "x")
	reset(&taken)
}

func reset(l **logbook.Logger) { *l = (*l).With("user", "x") }

type server struct{ log *logbook.Logger }

func templates(ctx context.Context, given *logbook.Logger, s server, key, message string) {
	logbook.Info("hello {name}")                                  // want `logbook.Info: no attribute for {name}`
	logbook.Info("hello {nam}", "name", "x")                      // want `logbook.Info: no attribute for {nam}`
	logbook.Info("{name} {age:3d}", "name", "x")                  // want `logbook.Info: no attribute for {age}`
	logbook.Info("{}", "name", "x")                               // want `logbook.Info: fields of a message need names: {}`
	logbook.Info("{0!r}", "name", "x")                            // want `logbook.Info: fields of a message need names: {0}`
	logbook.Info("{user.name}", "user.id", 1)                     // want `logbook.Info: no attribute for {user.name}`
	logbook.Info("{{{name}}}", "nam", "x")                        // want `logbook.Info: no attribute for {name}`
	logbook.Info("hello {name}", slog.String("nam", "x"))         // want `logbook.Info: no attribute for {name}`
	log.Info("hello {name}", "n", 1)                              // want `Logger.Info: no attribute for {name}`
	child.Info("{user}")                                          // want `Logger.Info: no attribute for {user}`
	log.With("a", 1).ErrorContext(ctx, "{b}", "c", 2)             // want `Logger.ErrorContext: no attribute for {b}`
	log.WithAttrs(slog.Int("a", 1)).Info("{b}")                   // want `Logger.Info: no attribute for {b}`
	logbook.Default().WithCallerSkip(1).Info("{b}")               // want `Logger.Info: no attribute for {b}`
	log.Exception(errors.New("x"), "failed: {error}")             // want `Logger.Exception: no attribute for {error}`
	log.LogAttrs(ctx, logbook.LevelInfo, "{a}", slog.Int("b", 1)) // want `Logger.LogAttrs: no attribute for {a}`
	local := log.With("a", 1)
	local.Info("{a} {b}") // want `Logger.Info: no attribute for {b}`

	logbook.Info("hello {name}", "name", "x")
	logbook.Info("{user.name} {user[id]:>4}", "user", key)
	logbook.Info("{{name}} {n:,d}", "n", 1)
	logbook.Info("GET /orders/{id} in ${HOME}: {\"a\": 1} {}")
	logbook.Info("{v:{width}}", "v", 1, "width", 2)
	logbook.Info(message, "name", "x")
	logbook.Info("{name}", key, "x")
	logbook.Info("{name}", slog.Attr{Key: "name"})
	logbook.Info("{name}", slog.Group("", slog.Int("name", 1)))
	logbook.Info("{name}", []any{"name", 1}...)
	logbook.Warn("{a", "b", 1)
	log.Infof("{name}")
	log.Exception(errors.New("x"), "failed: {error}", "n", 1)
	child.Exception(errors.New("x"), "failed: {error}")
	child.Info("{job} {g.n}", "n", 1)
	child.WithGroup(key).Info("{job}")
	given.Info("{user}", "n", 1)
	s.log.Info("{user}", "n", 1)
	changing.Info("{user}", "n", 1)
	taken.Info("{user}", "n", 1)
	Exported.Info("{user}", "n", 1)
	for _, l := range []*logbook.Logger{given} {
		l.Info("{user}", "n", 1)
	}
	later := logbook.New("app")
	later = given
	later.Info("{user}", "n", 1)
}
