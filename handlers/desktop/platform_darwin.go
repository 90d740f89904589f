package desktop

import "context"

func platform(_ context.Context, l look) (notifier, error) { return newAppleScript(l) }
