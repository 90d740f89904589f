package value_test

import (
	"reflect"
	"strconv"
	"sync"
	"testing"

	"github.com/logbook-go/logbook/internal/value"
)

// Many goroutines encode new types that contain one another.
func TestConcurrentCompilation(t *testing.T) {
	for round := range 20 {
		leaf := reflect.StructOf([]reflect.StructField{{Name: "Leaf" + strconv.Itoa(round), Type: reflect.TypeFor[[]*Node]()}})
		inner := reflect.StructOf([]reflect.StructField{{Name: "A", Type: leaf}, {Name: "B", Type: reflect.PointerTo(leaf)}})
		outer := reflect.StructOf([]reflect.StructField{{Name: "In", Type: inner}, {Name: "List", Type: reflect.SliceOf(inner)}})
		values := []any{reflect.New(outer).Interface(), reflect.New(inner).Interface(), reflect.New(leaf).Elem().Interface(), reflect.Zero(outer).Interface()}
		var wants []string
		for _, v := range values {
			want, err := standard(v)
			if err != nil {
				t.Fatal(err)
			}
			wants = append(wants, want)
		}
		start := make(chan struct{})
		var all sync.WaitGroup
		for i := range 64 {
			all.Go(func() {
				<-start
				for j := range values {
					j = (i + j) % len(values)
					if got := string(value.AppendJSON(nil, values[j])); got != wants[j] {
						t.Errorf("got %s, want %s", got, wants[j])
					}
				}
			})
		}
		close(start)
		all.Wait()
	}
}
