package config_test

import (
	"fmt"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/logbook"
)

// A package registers its sink in an init function.
func init() {
	config.RegisterSink("list", config.Entry{
		Forms: []config.Form{{Address: "list:", Help: "lines on standard output"}},
		Options: append(config.HandlerOptions("text"),
			config.Option{Name: "prefix", Kind: config.KindText, Help: "stands before each line"}),
		Read: readList,
	})
}

func readList(s *config.Spec) func() (logbook.Handler, error) {
	prefix, o := s.Text("prefix"), s.Options()
	return func() (logbook.Handler, error) { // called if the options are valid
		return logbook.NewHandler(func(r *logbook.Record) error {
			line, err := o.AppendFormat([]byte(prefix), r)
			fmt.Printf("%s\n", line)
			return err
		}, o), nil
	}
}

func ExampleRegisterSink() {
	h, err := config.Open("list:?prefix=* &format={record.message}")
	if err != nil {
		fmt.Println(err)
		return
	}
	logbook.InGoroutine(func() { logbook.New("app").Info("hello") }, h)
	// Output:
	// * hello
}
