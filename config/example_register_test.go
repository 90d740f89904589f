package config_test

import (
	"fmt"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/logbook"
)

// A package that has a sink of its own makes it known in an init function.
func init() { config.Register("list", openList) }

func openList(s *config.Sink) (logbook.Handler, error) {
	prefix := s.Text("prefix")
	o := s.Options("text")
	if err := s.Err(); err != nil { // before anything is opened
		return nil, err
	}
	return logbook.HandlerFunc(func(r *logbook.Record) error {
		line, err := o.AppendFormat([]byte(prefix), r)
		fmt.Printf("%s\n", line)
		return err
	}, o), nil
}

func ExampleRegister() {
	h, err := config.Open("list:?prefix=* &format={record.message}")
	if err != nil {
		fmt.Println(err)
		return
	}
	logbook.InGoroutine(func() { logbook.New("app").Info("hello") }, h)
	// Output:
	// * hello
}
