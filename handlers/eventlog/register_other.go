//go:build !windows

package eventlog

import "errors"

func open(string) (eventLog, error) { return nil, errors.ErrUnsupported }

func register(source, log string) error { return errors.ErrUnsupported }

func unregister(source, log string) error { return errors.ErrUnsupported }
