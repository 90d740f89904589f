package nats

import (
	"fmt"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/logbook-go/logbook/internal/otlp"
	"github.com/logbook-go/logbook/internal/panics"
	"github.com/logbook-go/logbook/logbook"
)

// Headers of messages.
const (
	headerType     = "Content-Type"
	headerEncoding = "Content-Encoding"

	contentType  = "application/x-protobuf"
	encodingGzip = "gzip"
)

// maxBody bounds a body that is decoded.
const maxBody = 16 << 20

// payload returns the request in a message.
func payload(m jetstream.Msg) ([]byte, error) {
	header, body := m.Headers(), m.Data()
	if t := header.Get(headerType); t != "" && t != contentType {
		return nil, fmt.Errorf("got %s %q, want %s", headerType, t, contentType)
	}
	switch encoding := header.Get(headerEncoding); encoding {
	case "":
	case encodingGzip:
		var err error
		if body, err = otlp.Gunzip(body, maxBody); err != nil {
			return nil, fmt.Errorf("gzip: %w", err)
		}
	default:
		return nil, fmt.Errorf("got %s %q, want gzip or none", headerEncoding, encoding)
	}
	if len(body) > maxBody {
		return nil, fmt.Errorf("got more than %d bytes", maxBody)
	}
	return body, nil
}

// decode returns the records of a message.
func decode(m jetstream.Msg) (records []*logbook.Record, err error) {
	body, err := payload(m)
	if err != nil {
		return nil, err
	}
	err = panics.Call(func() (err error) { // a bug of the decoder must not end the subscriber
		records, err = otlp.DecodeRequest(body)
		return err
	})
	return records, err
}
