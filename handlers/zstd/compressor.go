package zstd

import (
	"io"

	"github.com/klauspost/compress/zstd"

	"github.com/logbook-go/logbook/handlers"
)

// Compressor returns a compressor for the Compress option of the file handlers.
// Files get the extension ".zst". It uses one goroutine and a few megabytes of
// memory while it compresses.
func Compressor() handlers.Compressor { return compressor{} }

type compressor struct{}

func (compressor) Ext() string { return ".zst" }

func (compressor) NewWriter(w io.Writer) (io.WriteCloser, error) {
	return zstd.NewWriter(w, zstd.WithEncoderConcurrency(1))
}
