package otlp

import "net"

// ListenOn is Listen with a listener.
func ListenOn(l net.Listener, o *ListenOptions) (*Subscriber, error) {
	c, err := o.checked()
	if err != nil {
		return nil, err
	}
	return listenOn(l, "tcp", c), nil
}
