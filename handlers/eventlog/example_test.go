package eventlog_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/logbook-go/logbook/handlers/eventlog"
	"github.com/logbook-go/logbook/logbook"
)

func ExampleNew() {
	h, err := eventlog.New("shop", &eventlog.Options{Level: logbook.LevelWarn})
	if errors.Is(err, errors.ErrUnsupported) {
		fmt.Println("this is not Windows")
		return
	}
	if err != nil {
		fmt.Println(err)
		return
	}
	defer h.Close(context.Background())
	defer logbook.PushApplication(h)()
	logbook.Error("the door is open", "door", 3)
}

func ExampleRegister() {
	// In an installer, as an administrator:
	if err := eventlog.Register("shop", ""); err != nil {
		fmt.Println(err)
	}
}
