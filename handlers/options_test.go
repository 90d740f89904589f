package handlers_test

import (
	"reflect"
	"testing"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

// optionStructs lists the options of all handlers. Handlers that write have a Formatter;
// wrappers have none.
var optionStructs = []struct {
	options any
	writes  bool
}{
	{handlers.FileOptions{}, true},
	{handlers.FingersCrossedOptions{}, false},
	{handlers.TaggingOptions{}, false},
	{handlers.ExecOptions{}, true},
}

// Every options struct begins with the fields of logbook.Options, in the same order and
// with the same types.
func TestCommonOptions(t *testing.T) {
	common := reflect.TypeFor[logbook.Options]()
	for _, c := range optionStructs {
		o := reflect.TypeOf(c.options)
		n := 0
		for i := range common.NumField() {
			want := common.Field(i)
			if want.Name == "Formatter" && !c.writes {
				if _, has := o.FieldByName(want.Name); has {
					t.Errorf("%v has a Formatter, and formats nothing", o)
				}
				continue
			}
			if n >= o.NumField() {
				t.Fatalf("%v ends before %s", o, want.Name)
			}
			if got := o.Field(n); got.Name != want.Name || got.Type != want.Type {
				t.Errorf("field %d of %v is %s %v, want %s %v", n, o, got.Name, got.Type, want.Name, want.Type)
			}
			n++
		}
	}
}
