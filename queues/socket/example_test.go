package socket_test

import (
	"context"
	"fmt"
	"net"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
	"github.com/logbook-go/logbook/queues/socket"
)

func ExampleListen() {
	s, err := socket.Listen("tcp://127.0.0.1:0", &socket.ListenOptions{Accept: []socket.Format{socket.JSON, socket.Syslog}})
	if err != nil {
		panic(err)
	}
	defer s.Close(context.Background())

	c, err := net.Dial("tcp", s.Addr().String())
	if err != nil {
		panic(err)
	}
	defer c.Close()
	fmt.Fprintln(c, `{"level":"WARN","channel":"shop.cart","msg":"sold out","item":7}`)

	show := logbook.NewHandler(func(r *logbook.Record) error {
		fmt.Println(r.Level(), r.Channel(), r.Message(), r.Text("item"), r.Text("peer"))
		return nil
	}, nil)
	ctx := logbook.Bind(context.Background(), show)
	if err := queues.DispatchOnce(ctx, s); err != nil {
		panic(err)
	}
	// Output: WARNING shop.cart sold out 7 127.0.0.1
}
