package daemon_test

import (
	"context"
	"fmt"

	"github.com/logbook-go/logbook/daemon"
	"github.com/logbook-go/logbook/logbook"
)

// A daemon with a command of its own, and a client of it.
func Example() {
	kelvin := 300.0
	s, err := daemon.New("tcp://127.0.0.1:0", &daemon.Options{
		Name: "cryostat", NoPIDFile: true,
		Logger: logbook.NewLogger("daemon", &logbook.LoggerOptions{Level: logbook.LevelWarn}),
		Commands: []daemon.Command{{
			Name: "set", Help: "set the temperature",
			Args: []daemon.Arg{{Name: "kelvin", Kind: daemon.Float, Help: "the temperature"}},
			Run: func(_ context.Context, c *daemon.Call) (any, error) {
				if c.Float("kelvin") < 0 {
					return nil, &daemon.ReplyError{Message: "want a temperature above absolute zero"}
				}
				kelvin = c.Float("kelvin")
				return fmt.Sprintf("set to %v K", kelvin), nil
			},
		}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	ended := make(chan error)
	go func() { ended <- s.Run(context.Background()) }()

	c, err := daemon.NewClient("tcp://"+s.Addr().String(), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, command := range [][]string{{"set", "4.2"}, {"set", "-1"}, {"set", "cold"}, {"quit"}} {
		reply, err := c.Call(context.Background(), command...)
		if err != nil {
			reply = "refused: " + err.Error()
		}
		fmt.Println(reply)
	}
	fmt.Println(<-ended)
	// Output:
	// set to 4.2 K
	// refused: want a temperature above absolute zero
	// refused: set: kelvin: invalid value "cold": want a finite number
	// Goodbye!
	// <nil>
}
