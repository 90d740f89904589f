//go:build linux || freebsd || netbsd || openbsd || dragonfly

package desktop_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/handlers/desktop"
	"github.com/logbook-go/logbook/logbook"
)

// A program that may run with or without a desktop.
func ExampleNew() {
	os.Unsetenv("DBUS_SESSION_BUS_ADDRESS") // for the example there is no desktop
	os.Unsetenv("XDG_RUNTIME_DIR")

	h, err := desktop.New("My App", &desktop.Options{Level: logbook.LevelError, Bubble: true})
	switch {
	case errors.Is(err, desktop.ErrNoSession):
		fmt.Println("no desktop, so errors are only logged")
	case err != nil:
		fmt.Println(err)
	default:
		defer h.Close(context.Background())
		defer logbook.PushApplication(handlers.NewLimit(h, &handlers.LimitOptions{Records: 3, Per: time.Minute}))()
	}
	// Output: no desktop, so errors are only logged
}
