package logrbridge_test

import (
	"io/fs"
	"os"

	"github.com/go-logr/logr"

	logrbridge "github.com/logbook-go/logbook/compat/logr"
	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

// V(0) is Info, V(1) to V(4) are Debug, and the names are the channel.
func Example() {
	out := handlers.NewStream(os.Stdout, &logbook.Options{
		Formatter: logbook.MustFormat("{record.level_name} {record.channel}: {record.message}{record.attrs}"),
	})
	defer logbook.PushGoroutine(out)()

	log := logr.New(logrbridge.NewSink(nil)).WithName("pods").WithValues("node", "n1")
	log.Info("started", "pods", 3)
	log.V(1).Info("in sync")
	log.Error(fs.ErrNotExist, "cannot read the volume")
	// Output:
	// INFO pods: started node=n1 pods=3
	// DEBUG pods: in sync node=n1
	// ERROR pods: cannot read the volume node=n1
	//   | *errors.errorString: file does not exist
}
