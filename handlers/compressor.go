package handlers

import (
	"compress/gzip"
	"io"
)

// Compressor compresses finished log files. [Gzip] is one; package handlers/zstd
// has another.
type Compressor interface {
	// Ext returns the extension of compressed files, with its dot.
	Ext() string

	// NewWriter returns a compressing writer. Its Close writes the end of the compressed
	// data, and does not close w.
	NewWriter(w io.Writer) (io.WriteCloser, error)
}

// Gzip returns a compressor whose files every system can read.
func Gzip() Compressor { return gzipCompressor{} }

type gzipCompressor struct{}

func (gzipCompressor) Ext() string { return ".gz" }

func (gzipCompressor) NewWriter(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil }
