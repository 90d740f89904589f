//go:build !darwin && !windows && !linux && !freebsd && !netbsd && !openbsd && !dragonfly

package desktop

import (
	"context"
	"errors"
	"fmt"
	"runtime"
)

func platform(context.Context, settings) (notifier, error) {
	return nil, fmt.Errorf("notifications on %s: %w", runtime.GOOS, errors.ErrUnsupported)
}
