package desktop

import "context"

func platform(_ context.Context, l settings) (notifier, error) { return newAppleScript(l) }
