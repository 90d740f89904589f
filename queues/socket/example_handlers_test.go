package socket_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"time"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues/socket"
)

func ExampleNewAlarmHandler() {
	daemon, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	defer daemon.Close()
	go func() {
		conn, err := daemon.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		line, _ := io.ReadAll(conn)
		fmt.Print(string(line))
		fmt.Fprint(conn, "alarm raised")
	}()

	h, err := socket.NewAlarmHandler("tcp://"+daemon.Addr().String(), &socket.AlarmOptions{Command: "alarm", App: "lab"})
	if err != nil {
		panic(err)
	}
	defer h.Close(context.Background())
	err = h.Handle(logbook.NewRecord(logbook.RecordData{
		Time: time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC), Level: logbook.LevelError, Channel: "gauge",
		Message: "pressure too high", Attrs: []slog.Attr{slog.Float64("mbar", 13.5)},
		Source: &slog.Source{Function: "example.org/lab/gauge.poll"},
	}))
	fmt.Println(err)
	// Output:
	// alarm --date {2026-02-03T04:05:06.000000+00:00} --level {ERROR} --app {lab} --module {example.org/lab/gauge} --function {poll} --message {pressure too high mbar=13.5}
	// <nil>
}
