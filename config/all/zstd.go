package all

import (
	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/handlers/zstd"
)

func init() { config.RegisterCompressor("zstd", zstd.Compressor()) }
