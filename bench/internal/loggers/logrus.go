package loggers

import (
	"io"
	"time"

	"github.com/sirupsen/logrus"
)

func newLogrus(w io.Writer) *logrus.Logger {
	return newLogrusAs(w, &logrus.JSONFormatter{TimestampFormat: time.RFC3339Nano})
}

func newLogrusAs(w io.Writer, f logrus.Formatter) *logrus.Logger {
	l := logrus.New()
	l.SetOutput(w)
	l.SetFormatter(f)
	l.SetLevel(logrus.InfoLevel)
	return l
}

func logrusDisabled(w io.Writer) func(n int) {
	l := newLogrus(w)
	return func(n int) {
		for range n {
			l.Debug(message)
		}
	}
}

func logrusDisabledTwo(w io.Writer) func(n int) {
	l := newLogrus(w)
	return func(n int) {
		for range n {
			l.WithFields(logrus.Fields{"user": user, "status": status}).Debug(message)
		}
	}
}

func logrusMessage(w io.Writer) func(n int) {
	l := newLogrus(w)
	return func(n int) {
		for range n {
			l.Info(message)
		}
	}
}

func logrusTen(w io.Writer) func(n int) { return logrusTenFields(newLogrus(w)) }

func logrusTenFields(l *logrus.Logger) func(n int) {
	return func(n int) {
		for i := range n {
			l.WithFields(logrus.Fields{"user": user, "path": path, "status": status, "size": size, "ratio": ratio,
				"cached": cached, "took": took, "at": at(i), "err": errIO, "city": city}).Info(message)
		}
	}
}

func logrusWithFive(w io.Writer) func(n int) {
	l := newLogrus(w).WithFields(logrus.Fields{"user": user, "path": path, "status": status, "took": took, "city": city})
	return func(n int) {
		for range n {
			l.Info(message)
		}
	}
}

func logrusCaller(w io.Writer) func(n int) {
	l := newLogrus(w)
	l.SetReportCaller(true)
	return func(n int) {
		for range n {
			l.Info(message)
		}
	}
}

func logrusLogfmt(w io.Writer) func(n int) {
	return logrusTenFields(newLogrusAs(w, &logrus.TextFormatter{DisableColors: true, TimestampFormat: time.RFC3339Nano}))
}

func logrusPrintf(w io.Writer) func(n int) {
	l := newLogrus(w)
	return func(n int) {
		for range n {
			l.Infof("user %s got %d", user, status)
		}
	}
}
