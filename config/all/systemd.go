package all

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/internal/listener"
	"github.com/logbook-go/logbook/queues"
	"github.com/logbook-go/logbook/queues/socket"
)

func readSystemd(s *config.Spec) func() (queues.Subscriber, error) {
	if s.Host != "" || s.User != nil {
		s.Refuse("", errors.New(`invalid address: want "systemd:NAME"`))
	}
	o := &socket.ListenOptions{Insecure: s.Bool("insecure")}
	readSocketLimits(s, o)
	readStreamLimits(s, o)
	name := s.Path
	return func() (queues.Subscriber, error) { return openActivated(name, o) }
}

// activated returns the sockets of systemd, which can be taken once.
var activated = sync.OnceValues(listener.Activated)

// openActivated receives on the socket with a name, or on the only one if it is "".
func openActivated(name string, o *socket.ListenOptions) (queues.Subscriber, error) {
	sockets, err := activated()
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(sockets, func(s listener.Socket) bool { return s.Name == name || name == "" })
	if i < 0 || name == "" && len(sockets) > 1 {
		return nil, errNotActivated(name, sockets)
	}
	l, packets, err := sockets[i].Open()
	if err != nil {
		return nil, err
	}
	if packets != nil {
		sub, err := socket.NewPacketSubscriber(packets, o)
		if err != nil {
			return nil, errors.Join(err, packets.Close())
		}
		return sub, nil
	}
	sub, err := socket.NewSubscriber(l, o)
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return sub, nil
}

// errNotActivated reports which sockets there are.
func errNotActivated(name string, sockets []listener.Socket) error {
	if len(sockets) == 0 {
		return errors.New("systemd has passed no sockets to this program")
	}
	var names []string
	for _, s := range sockets {
		names = append(names, s.Name)
	}
	if name == "" {
		return fmt.Errorf("missing name: systemd has passed %s", strings.Join(names, ", "))
	}
	return fmt.Errorf("systemd has passed no socket %q, but %s", name, strings.Join(names, ", "))
}
