package loggers

import (
	"io"
	"log/slog"
	"math"
	"time"

	"github.com/rs/zerolog"
)

func init() {
	// RFC3339Nano is the layout that package time formats fastest. Durations as
	// integer nanoseconds are the fastest format, which ours uses, too.
	zerolog.TimeFieldFormat = time.RFC3339Nano
	zerolog.DurationFieldUnit = time.Nanosecond
	zerolog.DurationFieldFormat = zerolog.DurationFormatInt
}

func newZerolog(w io.Writer) zerolog.Logger {
	return zerolog.New(w).Level(zerolog.InfoLevel).With().Timestamp().Logger()
}

// zerologTrigger holds records until trigger is called. It has no bound, so it is restarted
// after as many records as ours holds.
func zerologTrigger(w io.Writer) (log func(n int), trigger, stop func()) {
	return zerologHeld(w, heldRecords)
}

func zerologUnbounded(w io.Writer) (log func(n int), trigger, stop func()) {
	return zerologHeld(w, math.MaxInt)
}

func zerologHeld(w io.Writer, most int) (log func(n int), trigger, stop func()) {
	return zerologHolding(w, most, func(l *zerolog.Logger) {
		l.Info().Str("user", user).Int("status", status).Msg(message)
	})
}

// zerologHolding holds what one call of record logs, begun anew after most of them.
func zerologHolding(w io.Writer, most int, record func(l *zerolog.Logger)) (log func(n int), trigger, stop func()) {
	var buffer *zerolog.TriggerLevelWriter
	var l zerolog.Logger
	begin := func() {
		buffer = &zerolog.TriggerLevelWriter{Writer: w, ConditionalLevel: zerolog.InfoLevel, TriggerLevel: zerolog.ErrorLevel}
		l = newZerolog(buffer)
	}
	begin()
	count := 0
	log = func(n int) {
		for range n {
			if count == most {
				_ = buffer.Close()
				begin()
				count = 0
			}
			count++
			record(&l)
		}
	}
	return log, func() { l.Error().Msg(failed) }, func() { _ = buffer.Close() }
}

func zerologDisabled(w io.Writer) func(n int) {
	l := newZerolog(w)
	return func(n int) {
		for range n {
			l.Debug().Msg(message)
		}
	}
}

func zerologDisabledTwo(w io.Writer) func(n int) {
	l := newZerolog(w)
	return func(n int) {
		for range n {
			l.Debug().Str("user", user).Int("status", status).Msg(message)
		}
	}
}

func zerologMessage(w io.Writer) func(n int) { return zerologPlain(newZerolog(w), message) }

func zerologPlain(l zerolog.Logger, message string) func(n int) {
	return func(n int) {
		for range n {
			l.Info().Msg(message)
		}
	}
}

func zerologTen(w io.Writer) func(n int) {
	l := newZerolog(w)
	return func(n int) {
		for i := range n {
			l.Info().Str("user", user).Str("path", path).Int("status", status).Int64("size", size).
				Float64("ratio", ratio).Bool("cached", cached).Dur("took", took).Time("at", at(i)).
				AnErr("err", errIO).Str("city", city).Msg(message)
		}
	}
}

func zerologWithFive(w io.Writer) func(n int) {
	return zerologPlain(newZerolog(w).With().Str("user", user).Str("path", path).Int("status", status).
		Dur("took", took).Str("city", city).Logger(), message)
}

func zerologCaller(w io.Writer) func(n int) {
	return zerologPlain(newZerolog(w).With().Caller().Logger(), message)
}

func zerologConsole(w io.Writer) func(n int) {
	return zerologTen(zerolog.ConsoleWriter{Out: w, NoColor: true, TimeFormat: time.RFC3339Nano})
}

func zerologSlog(w io.Writer) func(n int) {
	return slogFive(slog.New(zerolog.NewSlogHandler(zerolog.New(w).Level(zerolog.InfoLevel))))
}

func zerologPrintf(w io.Writer) func(n int) {
	l := newZerolog(w)
	return func(n int) {
		for range n {
			l.Info().Msgf("user %s got %d", user, status)
		}
	}
}

func zerologFields(k int) func(w io.Writer) func(n int) {
	return func(w io.Writer) func(n int) {
		l := newZerolog(w)
		return func(n int) {
			for range n {
				e := l.Info()
				for i := range k {
					if i%2 == 0 {
						e.Str(keys[i], user)
					} else {
						e.Int(keys[i], status)
					}
				}
				e.Msg(message)
			}
		}
	}
}

func zerologLength(k int) func(w io.Writer) func(n int) {
	long := text(k)
	return func(w io.Writer) func(n int) { return zerologPlain(newZerolog(w), long) }
}
