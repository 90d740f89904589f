package redis

import (
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/logbook-go/logbook/internal/panics"
	"github.com/logbook-go/logbook/internal/pyjson"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logline"
)

// maxElement bounds an element that is decoded.
const maxElement = 16 << 20

// decode returns the record of an element of a list.
func (o *SubscriberOptions) decode(element, list string) (r *logbook.Record, err error) {
	if len(element) > maxElement {
		return nil, fmt.Errorf("got an element of %d bytes, want up to %d", len(element), maxElement)
	}
	err = panics.Call(func() (err error) { // a bug of a decoder must not end the subscriber
		if o.Kombu {
			r, err = decodeEnvelope([]byte(element))
		} else {
			r, err = decodeMessage([]byte(element), list, time.Now().In(o.Location))
		}
		return err
	})
	return r, err
}

// decodeMessage returns the record of a message of a Handler, of Python's RedisHandler, or of
// another program that writes JSON.
func decodeMessage(message []byte, list string, now time.Time) (*logbook.Record, error) {
	l, ok := logline.ParseJSON(message, now)
	if !ok {
		return nil, errors.New("not a JSON object with members, or too deep")
	}
	r, err := l.Record(now, list)
	if err != nil || l.Format == logline.Wire {
		return r, err
	}
	return withException(r), nil
}

// withException returns the record with the error that a Handler has sent as attributes.
func withException(r *logbook.Record) *logbook.Record {
	d := r.Data()
	e := new(logbook.ErrorInfo)
	parts := map[string]*string{"exception_name": &e.Type, "exception_message": &e.Message, "formatted_exception": &e.Trace}
	d.Attrs = slices.DeleteFunc(d.Attrs, func(a slog.Attr) bool {
		part := parts[a.Key]
		if part == nil || a.Value.Kind() != slog.KindString {
			return false
		}
		*part = a.Value.String()
		return true
	})
	if e.Type == "" && e.Trace == "" {
		return r
	}
	d.Error = e
	d.Template = ""
	return logbook.NewRecord(d)
}

// decodeEnvelope returns the record in a message of kombu.
func decodeEnvelope(message []byte) (*logbook.Record, error) {
	v, err := pyjson.Decode(message)
	if err != nil {
		return nil, err
	}
	envelope, _ := v.(pyjson.Object)
	body, ok := text(envelope, "body")
	if !ok {
		return nil, errors.New("not an envelope of kombu: no body")
	}
	if kind, _ := text(envelope, "content-type"); kind != "application/json" {
		return nil, fmt.Errorf("got a body of content type %q, want application/json", kind)
	}
	if compression, ok := text(member(envelope, "headers"), "compression"); ok {
		return nil, fmt.Errorf("got a body with compression %q, want none", compression)
	}
	json := []byte(body)
	switch encoding, _ := text(member(envelope, "properties"), "body_encoding"); encoding {
	case "base64":
		if json, err = base64.StdEncoding.DecodeString(body); err != nil {
			return nil, fmt.Errorf("body: %w", err)
		}
	case "", "utf-8":
	default:
		return nil, fmt.Errorf("got a body in encoding %q, want base64", encoding)
	}
	r := new(logbook.Record)
	if err := r.UnmarshalJSON(json); err != nil {
		return nil, err
	}
	return r, nil
}

func text(o pyjson.Object, key string) (string, bool) {
	v, _ := o.Get(key)
	s, ok := v.(string)
	return s, ok
}

func member(o pyjson.Object, key string) pyjson.Object {
	v, _ := o.Get(key)
	m, _ := v.(pyjson.Object)
	return m
}
