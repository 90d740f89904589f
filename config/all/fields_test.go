package all_test

import (
	"reflect"
	"testing"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/handlers/desktop"
	"github.com/logbook-go/logbook/handlers/eventlog"
	"github.com/logbook-go/logbook/handlers/mail"
	"github.com/logbook-go/logbook/handlers/push"
	"github.com/logbook-go/logbook/handlers/syslog"
	"github.com/logbook-go/logbook/queues"
	"github.com/logbook-go/logbook/queues/nats"
	"github.com/logbook-go/logbook/queues/redis"
	"github.com/logbook-go/logbook/queues/socket"
	"github.com/logbook-go/logbook/queues/zeromq"
)

// Handlers have no exported fields, since a change after the push would have no effect
// until a stack is compiled again.
func TestHandlersHaveNoExportedFields(t *testing.T) {
	for _, h := range []reflect.Type{
		reflect.TypeFor[handlers.Dedup](), reflect.TypeFor[handlers.Exec](), reflect.TypeFor[handlers.Fallback](),
		reflect.TypeFor[handlers.Fanout](), reflect.TypeFor[handlers.File](), reflect.TypeFor[handlers.FingersCrossed](),
		reflect.TypeFor[handlers.Group](), reflect.TypeFor[handlers.Limit](),
		reflect.TypeFor[handlers.Raise](), reflect.TypeFor[handlers.Stream](),
		reflect.TypeFor[handlers.Tagging](), reflect.TypeFor[queues.Background](), reflect.TypeFor[queues.Channel](), reflect.TypeFor[queues.Pipe](),
		reflect.TypeFor[desktop.Handler](), reflect.TypeFor[eventlog.Handler](), reflect.TypeFor[mail.Handler](),
		reflect.TypeFor[push.Handler](), reflect.TypeFor[syslog.Handler](), reflect.TypeFor[syslog.Journal](),
		reflect.TypeFor[socket.AlarmHandler](), reflect.TypeFor[socket.PythonHandler](),
		reflect.TypeFor[nats.Handler](), reflect.TypeFor[redis.Handler](), reflect.TypeFor[zeromq.Handler](),
	} {
		for _, f := range reflect.VisibleFields(h) {
			if f.IsExported() {
				t.Errorf("%v has the field %s", h, f.Name)
			}
		}
	}
}
