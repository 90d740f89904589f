package zeromq_test

import (
	"fmt"

	"github.com/logbook-go/logbook/queues/zeromq"
)

// Both ends have keys, and know the public key of the other one.
func ExampleCurve() {
	serverPublic, serverSecret, err := zeromq.NewKeys()
	if err != nil {
		fmt.Println(err)
		return
	}
	clientPublic, clientSecret, err := zeromq.NewKeys()
	if err != nil {
		fmt.Println(err)
		return
	}
	collector := &zeromq.SubscriberOptions{Pull: true, SocketOptions: zeromq.SocketOptions{
		Curve: &zeromq.Curve{SecretKey: serverSecret, ClientKeys: []string{clientPublic}},
	}}
	program := &zeromq.HandlerOptions{Push: true, SocketOptions: zeromq.SocketOptions{
		Curve: &zeromq.Curve{SecretKey: clientSecret, ServerKey: serverPublic},
	}}
	fmt.Println(len(collector.Curve.ClientKeys), len(program.Curve.ServerKey))
	// Output: 1 40
}
