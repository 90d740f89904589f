package example

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/logbook-go/logbook/logbook"
)

type text string

func pairs(ctx context.Context, log *logbook.Logger, key string, v any, s fmt.Stringer, n int) {
	logbook.Info("m", "k")                              // want `logbook.Info: the key "k" has no value`
	logbook.Info("m", "k", 1, "l")                      // want `logbook.Info: the key "l" has no value`
	logbook.Info("m", n, "k")                           // want `logbook.Info: n is not a key: want a string or a slog.Attr`
	logbook.Info("m", nil, 1)                           // want `logbook.Info: nil is not a key`
	logbook.Info("m", errors.New("x"))                  // want `logbook.Info: errors.New\("x"\) is not a key`
	logbook.Info("m", text("k"), 1)                     // want `logbook.Info: text\("k"\) is not a key`
	logbook.Info("m", v, 1, "k")                        // want `logbook.Info: the key "k" has no value`
	logbook.With("k")                                   // want `logbook.With: the key "k" has no value`
	_ = logbook.Attrs("k")                              // want `logbook.Attrs: the key "k" has no value`
	log.Debug("m", "k")                                 // want `Logger.Debug: the key "k" has no value`
	log.NoticeContext(ctx, "m", "k")                    // want `Logger.NoticeContext: the key "k" has no value`
	log.Log(ctx, logbook.LevelInfo, "m", 1)             // want `Logger.Log: 1 is not a key`
	log.Exception(nil, "m", "k")                        // want `Logger.Exception: the key "k" has no value`
	log.With("a", 1).WithGroup("g").With("k").Info("m") // want `Logger.With: the key "k" has no value`

	logbook.Info("m")
	logbook.Info("m", "k", "l")
	logbook.Info("m", key, nil, "k", errors.New("x"))
	logbook.Info("m", slog.Int("k", 1), "l", 2, slog.Int("m", 3))
	logbook.Info("m", v, "k")
	logbook.Info("m", v, v, v)
	logbook.Info("m", s, "k", 1) // s may hold a slog.Attr
	logbook.Info("m", []any{"k"}...)
	log.LogAttrs(ctx, logbook.LevelInfo, "m", slog.Int("k", 1))
	log.Infof("%d", 1)
	(*logbook.Logger).Info(log, "m", "k", 1)
	info := log.Info
	info("m", "k")
}

func generic[K string | slog.Attr](key K) { logbook.Info("m", key, 1) }
