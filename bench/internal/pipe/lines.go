// Package pipe measures the command "logbook pipe" beside other programs that read logs.
package pipe

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"
)

// writeLines writes at least size bytes of JSON lines as log/slog's JSONHandler writes them:
// of 150 to 480 bytes, 90 % below the level warning and 3 % errors. It is the same text each
// time. It returns their number.
func writeLines(w io.Writer, size int64) (lines int, err error) {
	b := bufio.NewWriterSize(w, 1<<20)
	counted := &counter{w: b}
	now := time.Date(2026, 3, 5, 10, 0, 0, 0, time.UTC)
	h := slog.NewJSONHandler(counted, &slog.HandlerOptions{Level: slog.LevelDebug})
	random := rand.New(rand.NewPCG(1, 2))
	for ; counted.n < size; lines++ {
		now = now.Add(time.Duration(random.IntN(3_000_000)))
		if err := h.Handle(context.Background(), line(random, now)); err != nil {
			return lines, err
		}
	}
	return lines, b.Flush()
}

// line returns the record of a line.
func line(random *rand.Rand, at time.Time) slog.Record {
	level, message := slog.LevelInfo, "request served"
	kind := random.IntN(100)
	switch {
	case kind < 3:
		level, message = slog.LevelError, "request failed: the database does not answer"
	case kind < 10:
		level, message = slog.LevelWarn, "slow request"
	case kind < 40:
		level, message = slog.LevelDebug, "cache looked up"
	}
	r := slog.NewRecord(at, level, message, 0)
	user := random.IntN(10_000)
	r.AddAttrs(
		slog.String("method", []string{"GET", "POST", "PUT"}[random.IntN(3)]),
		slog.String("path", fmt.Sprintf("/api/v1/users/%d/orders/%d", user, random.IntN(1_000_000))),
		slog.Int("status", []int{200, 201, 304, 404, 500}[random.IntN(5)]),
		slog.Duration("took", time.Duration(random.Int64N(int64(time.Second)))),
	)
	if kind%2 == 0 {
		r.AddAttrs(slog.String("request_id", fmt.Sprintf("%016x%016x", random.Uint64(), random.Uint64())),
			slog.Group("user", slog.Int("id", user), slog.String("name", fmt.Sprintf("user-%d", user)), slog.Bool("admin", user%7 == 0)))
	}
	if kind%3 == 0 {
		r.AddAttrs(slog.Float64("load", random.Float64()),
			slog.String("agent", `Mozilla/5.0 (X11; Linux x86_64; rv:128.0) "Gecko"/20100101 Firefox/128.0`))
	}
	if level == slog.LevelError {
		r.AddAttrs(slog.String("error", "dial tcp 10.0.0.7:5432: connect: connection refused"))
	}
	return r
}

// counter counts the bytes that are written.
type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	c.n += int64(len(p))
	return c.w.Write(p)
}

// makeFile writes a file of lines in dir.
func makeFile(dir string, size int64) (path string, lines int, err error) {
	path = filepath.Join(dir, "app.log")
	f, err := os.Create(path)
	if err != nil {
		return "", 0, err
	}
	lines, err = writeLines(f, size)
	return path, lines, errors.Join(err, f.Close())
}
