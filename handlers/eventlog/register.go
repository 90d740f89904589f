package eventlog

import (
	"errors"
	"fmt"
)

// ErrForeign is wrapped by the errors of [Register] and [Unregister] for a source
// that is registered, but not by this package or one like it.
var ErrForeign = errors.New("registered by somebody else")

// defaultLog is where sources are registered if nothing else is said.
const defaultLog = "Application"

// Register registers a source with a log: "Application", which "" stands for, or
// one of one's own. Of a source that it registered already it renews what is
// registered. It needs an administrator.
func Register(source, log string) error {
	log, err := checkNames(source, log)
	if err != nil {
		return err
	}
	return describe("register", source, log, register(source, log))
}

// Unregister takes a source off a log, "" for "Application". Events that are
// logged already can no longer be shown in full. One that is not registered is no
// error; one that somebody else registered is. It needs an administrator.
func Unregister(source, log string) error {
	log, err := checkNames(source, log)
	if err != nil {
		return err
	}
	return describe("unregister", source, log, unregister(source, log))
}

func checkNames(source, log string) (string, error) {
	if log == "" {
		log = defaultLog
	}
	return log, errors.Join(checkName("source", source), checkName("log", log))
}

func describe(what, source, log string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("eventlog: %s source %q with log %q: %w", what, source, log, err)
}
