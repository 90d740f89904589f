package all

import (
	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/config/internal/linked"
	"github.com/logbook-go/logbook/handlers/zstd"
)

func init() {
	linked.All = true
	config.RegisterCompressor("zstd", zstd.Compressor())
}
