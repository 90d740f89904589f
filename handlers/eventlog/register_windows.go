package eventlog

import (
	"errors"

	"golang.org/x/sys/windows/registry"
	"golang.org/x/sys/windows/svc/eventlog"
)

func open(source string) (eventLog, error) {
	log, err := eventlog.Open(source)
	if err != nil {
		return nil, err
	}
	return log, nil
}

const (
	logsKey     = `SYSTEM\CurrentControlSet\Services\EventLog\`
	messageFile = `%SystemRoot%\System32\EventCreate.exe` // shows the text unchanged
)

func register(source, log string) error {
	logKey, _, err := registry.CreateKey(registry.LOCAL_MACHINE, logsKey+log, registry.CREATE_SUB_KEY)
	if err != nil {
		return err
	}
	defer logKey.Close()
	key, existed, err := registry.CreateKey(logKey, source, registry.QUERY_VALUE|registry.SET_VALUE)
	if err != nil {
		return err
	}
	defer key.Close()
	if existed && !ours(key) {
		return ErrForeign
	}
	err = errors.Join(
		key.SetDWordValue("CustomSource", 1),
		key.SetExpandStringValue("EventMessageFile", messageFile),
		key.SetDWordValue("TypesSupported", eventlog.Error|eventlog.Warning|eventlog.Info),
	)
	if err != nil && !existed { // a partial entry would look like one of another program
		err = errors.Join(err, registry.DeleteKey(logKey, source))
	}
	return err
}

func unregister(source, log string) error {
	logKey, err := registry.OpenKey(registry.LOCAL_MACHINE, logsKey+log, registry.CREATE_SUB_KEY)
	if errors.Is(err, registry.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer logKey.Close()
	key, err := registry.OpenKey(logKey, source, registry.QUERY_VALUE)
	if errors.Is(err, registry.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	foreign := !ours(key)
	if err := key.Close(); err != nil {
		return err
	}
	if foreign {
		return ErrForeign
	}
	return registry.DeleteKey(logKey, source)
}

// ours reports whether a source has the values that register sets.
func ours(k registry.Key) bool {
	file, _, err := k.GetStringValue("EventMessageFile")
	custom, _, err2 := k.GetIntegerValue("CustomSource")
	return err == nil && err2 == nil && file == messageFile && custom == 1
}
