package handlers

import (
	"compress/gzip"
	"io"
)

// Compressor compresses finished log files. [Gzip] is one; package handlers/zstd
// has another.
type Compressor interface {
	// Ext is what compressed files have behind their name, with its dot.
	Ext() string

	// NewWriter returns a writer whose Close ends the compressed form. It does
	// not close w.
	NewWriter(w io.Writer) (io.WriteCloser, error)
}

// Gzip returns a compressor that every system can read.
func Gzip() Compressor { return gzipCompressor{} }

type gzipCompressor struct{}

func (gzipCompressor) Ext() string { return ".gz" }

func (gzipCompressor) NewWriter(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil }
