package otlp

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
)

// Gunzip decompresses the body of a request. If it has more than max bytes then, the error
// wraps [ErrTooLarge].
func Gunzip(body []byte, max int) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(io.LimitReader(z, int64(max)+1))
	if err == nil && len(b) > max {
		err = fmt.Errorf("%w: more than %d bytes when decompressed", ErrTooLarge, max)
	}
	if err != nil {
		return nil, err
	}
	return b, nil
}
