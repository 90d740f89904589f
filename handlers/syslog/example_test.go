package syslog_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"regexp"
	"strings"

	"github.com/logbook-go/logbook/handlers/syslog"
	"github.com/logbook-go/logbook/logbook"
)

// listen starts a syslog daemon. Its receive returns the next message, with placeholders
// for the time and the process id.
func listen() (address string, receive func() string) {
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	changing := regexp.MustCompile(`1 \S+Z (\S+) (\S+) \d+`)
	return "udp://" + c.LocalAddr().String(), func() string {
		b := make([]byte, 8192)
		n, _, err := c.ReadFrom(b)
		if err != nil {
			return err.Error()
		}
		return changing.ReplaceAllString(strings.TrimSuffix(string(b[:n]), "\n"), "1 TIME $1 $2 PID")
	}
}

func ExampleNew() {
	address, receive := listen()
	h, err := syslog.New(&syslog.Options{Address: address, AppName: "shop", Hostname: "web1", Level: logbook.LevelNotice})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer h.Close(context.Background())
	defer logbook.PushApplication(logbook.Null{}, h)()

	log := logbook.New("shop.cart")
	log.Info("not sent")
	log.Warn("{item} sold out", "item", "tea", "left", 0)
	fmt.Println(receive())
	// Output: <12>1 TIME web1 shop PID - - shop.cart: tea sold out left=0
}

func ExampleNew_structuredData() {
	address, receive := listen()
	h, err := syslog.New(&syslog.Options{
		Address: address, AppName: "shop", Hostname: "web1", Facility: syslog.FacilityLocal0,
		StructuredData: "shop@32473", // with your enterprise number
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer h.Close(context.Background())
	defer logbook.PushApplication(h)()

	logbook.Info("served {path}", "path", "/cart", "note", `a "quoted" word`)
	fmt.Println(receive())
	// Output: <134>1 TIME web1 shop PID - [shop@32473 path="/cart" note="a \"quoted\" word"] Generic: served /cart
}

func ExampleError() {
	h, err := syslog.New(&syslog.Options{Address: "unix:/nowhere/log", Delay: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer h.Close(context.Background())

	failed := func(e *logbook.HandlerError) {
		var reason *syslog.Error
		if errors.As(e, &reason) {
			fmt.Println(reason.Address, reason.Op, !reason.Retry.IsZero())
		}
	}
	defer logbook.PushApplication(logbook.Flags{Errors: failed}, h)()
	logbook.Warn("nobody hears this")
	fmt.Println(h.Stats().Dropped, "failed")
	// Output:
	// unix:/nowhere/log connect true
	// 1 failed
}

func ExampleNewJournal() {
	h, err := syslog.NewJournal(&syslog.JournalOptions{Identifier: "shop", Socket: "/nowhere/socket"})
	if err != nil {
		fmt.Println("there is no journal")
		return
	}
	defer h.Close(context.Background())
	defer logbook.PushApplication(h)()
	logbook.Info("served {path}", "path", "/cart") // journalctl SYSLOG_IDENTIFIER=shop PATH=/cart
	// Output: there is no journal
}

func ExampleNewSystem() {
	h, err := syslog.NewSystem("shop", &logbook.Options{Level: logbook.LevelError})
	if err != nil {
		fmt.Println(err) // there is neither syslog nor event log
		return
	}
	defer logbook.Close(context.Background(), h)
	defer logbook.PushApplication(h)()
}

func ExampleParseFacility() {
	f, err := syslog.ParseFacility("LOCAL0")
	fmt.Println(f, f.Code(), err)
	// Output: local0 16 <nil>
}
