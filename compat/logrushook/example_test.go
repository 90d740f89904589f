package logrushook_test

import (
	"io/fs"
	"os"

	"github.com/sirupsen/logrus"

	"github.com/logbook-go/logbook/compat/logrushook"
	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

// Entries of logrus become records. Silent keeps logrus from printing them itself.
func Example() {
	out := handlers.NewStream(os.Stdout, &logbook.Options{
		Formatter: logbook.MustFormat("{record.level_name} {record.channel}: {record.message}{record.attrs}"),
	})
	defer logbook.PushGoroutine(out)()

	log := logrus.New()
	log.AddHook(logrushook.New(logbook.New("shop")))
	log.SetFormatter(logrushook.Silent{})
	log.WithFields(logrus.Fields{"path": "/cart", "status": 200}).Info("served")
	log.WithError(fs.ErrNotExist).Error("cannot read the cart")
	// Output:
	// INFO shop: served path=/cart status=200
	// ERROR shop: cannot read the cart
	//   | *errors.errorString: file does not exist
}
