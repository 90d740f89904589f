package zapbridge_test

import (
	"io/fs"
	"os"

	"go.uber.org/zap"

	zapbridge "github.com/logbook-go/logbook/compat/zapcore"
	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

// Entries of zap become records, with their fields as attributes.
func Example() {
	out := handlers.NewStream(os.Stdout, &logbook.Options{
		Formatter: logbook.MustFormat("{record.level_name} {record.channel}: {record.message}{record.attrs}"),
	})
	defer logbook.PushGoroutine(out)()

	log := zap.New(zapbridge.NewCore(nil)).Named("shop")
	log.Info("served", zap.String("path", "/cart"), zap.Int("status", 200))
	log.With(zap.Namespace("order"), zap.Int("id", 17)).Warn("delayed")
	log.Error("cannot read the cart", zap.Error(fs.ErrNotExist))
	// Output:
	// INFO shop: served path=/cart status=200
	// WARNING shop: delayed order.id=17
	// ERROR shop: cannot read the cart
	//   | *errors.errorString: file does not exist
}
