package zerologw_test

import (
	"os"

	"github.com/rs/zerolog"

	"github.com/logbook-go/logbook/compat/zerologw"
	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

// Events of zerolog become records. Sample drops those that no handler wants before they are made.
func Example() {
	out := handlers.NewStream(os.Stdout, &logbook.Options{
		Level:     logbook.LevelInfo,
		Formatter: logbook.MustFormat("{record.level_name} {record.channel}: {record.message}{record.attrs}"),
	})
	defer logbook.PushGoroutine(out)()

	w := zerologw.NewWriter(logbook.New("shop"))
	log := zerolog.New(w).Sample(w)
	log.Debug().Msg("not printed")
	log.Info().Str("path", "/cart").Int("status", 200).Msg("served")
	log.Warn().Dict("order", zerolog.Dict().Int("id", 17)).Msg("delayed")
	// Output:
	// INFO shop: served path=/cart status=200
	// WARNING shop: delayed order.id=17
}
