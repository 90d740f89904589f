package eventlog

import (
	"errors"
	"fmt"
)

// ErrForeign is wrapped by the errors of [Register] and [Unregister] for a source that
// another program registered in another way.
var ErrForeign = errors.New("registered by another program")

// defaultLog is the log of sources by default.
const defaultLog = "Application"

// Register registers a source with a log; "" is "Application". A source that it
// registered before is updated. It needs an administrator.
func Register(source, log string) error {
	log, err := checkNames(source, log)
	if err != nil {
		return err
	}
	return describe("register", source, log, register(source, log))
}

// Unregister removes a source from a log; "" is "Application". Existing events can no
// longer be shown in full. Nothing happens if the source is not registered; if another
// program registered it, that is an error. It needs an administrator.
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
