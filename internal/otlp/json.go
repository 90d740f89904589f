package otlp

import (
	"errors"

	"github.com/logbook-go/logbook/internal/errchain"
	"github.com/logbook-go/logbook/internal/pyjson"
	"github.com/logbook-go/logbook/logbook"
)

// DecodeJSON is [DecodeRequest] for a request in OTLP's JSON; see [JSONToProto].
func DecodeJSON(body []byte) ([]*logbook.Record, error) {
	proto, _, err := JSONToProto(body)
	if err != nil {
		return nil, err
	}
	return DecodeRequest(proto)
}

// JSONToProto returns a request in OTLP's JSON as protobuf, and the number of its records. The
// error is a [*RequestError].
//
// Ids are hexadecimal, integers are numbers or strings, and unknown keys are ignored, as the
// specification says. It also accepts what is sent nevertheless: the names of enumerations,
// null for NaN and the infinities, integers that are too large, which become floats, and
// unpaired surrogates, which become U+FFFD.
func JSONToProto(body []byte) (proto []byte, records int, err error) {
	j := jsonReader{in: pyjson.NewReader(body)}
	if err = j.message(requestFields, 0); err == nil {
		err = j.in.End()
	}
	if err == nil {
		records, err = CountRecords(j.out)
	}
	if err != nil {
		return nil, 0, j.failure(err)
	}
	return j.out, records, nil
}

// jsonReader writes what it reads as protobuf. It reads piece by piece, since a tree of hostile
// JSON takes many times its size.
type jsonReader struct {
	in  *pyjson.Reader
	out []byte
}

// failure returns an error with its offset.
func (j *jsonReader) failure(err error) error {
	if syntax, ok := errchain.As[*pyjson.SyntaxError](err); ok {
		return &RequestError{syntax.Offset, errors.New(syntax.Msg)}
	}
	if limit, ok := errchain.As[*pyjson.LimitError](err); ok {
		return &RequestError{limit.Offset, errTooDeep}
	}
	if e, ok := err.(*RequestError); ok {
		return &RequestError{0, e.Err} // its offset is that in the protobuf
	}
	return &RequestError{j.in.Offset(), err}
}

// message reads the fields of a message. depth is the number of lists around it.
func (j *jsonReader) message(fields *jsonFields, depth int) error {
	if fields.nested {
		if depth++; depth > maxDepth {
			return errTooDeep
		}
	}
	return j.in.Object(func(key string) error {
		f, known := fields.named[key]
		switch {
		case !known:
			return j.in.Skip()
		case f.message == nil:
			return j.scalar(f)
		case j.in.Next() == 'n':
			return j.in.Skip() // null, an unset field
		case f.repeated:
			return j.in.Array(func() error { return j.inner(f, depth) })
		}
		return j.inner(f, depth)
	})
}

func (j *jsonReader) inner(f jsonField, depth int) error {
	j.out = open(j.out, tag(f.number, wireBytes), f.size)
	start := len(j.out)
	err := j.message(f.message, depth)
	j.out = closed(j.out, start, f.size)
	return err
}

// scalar reads a field that is not a message. null is an unset field.
func (j *jsonReader) scalar(f jsonField) error {
	v, err := j.in.Value()
	if err != nil || v == nil && !f.null {
		return err
	}
	b, ok := f.read(j.out, f.number, v)
	if !ok {
		return errJSONValue
	}
	j.out = b
	return nil
}

var errJSONValue = errors.New("invalid value of a field")
