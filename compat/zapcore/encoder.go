package zapbridge

import (
	"bytes"
	"context"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"go.uber.org/zap/zapcore"

	"github.com/logbook-go/logbook/logbook"
)

// encoder turns fields into attributes. It is a [zapcore.ObjectEncoder].
type encoder struct {
	attrs []slog.Attr // of the innermost open namespace

	// Of an entry or With: namespaces become groups of the logger, so that an error in them
	// is the record's.
	logger *logbook.Logger
	ctx    context.Context
	failed bool // there is an error

	// Of an object, whose logger is nil.
	open []namespace
}

// namespace is an open namespace of an object.
type namespace struct {
	name  string
	outer []slog.Attr
}

// addAll adds the fields of an entry or With. stack is the stack of the entry.
func (e *encoder) addAll(fields []zapcore.Field, stack string) {
	for i := range fields {
		f := &fields[i]
		switch f.Type {
		case zapcore.ErrorType:
			e.add(slog.Attr{Key: f.Key, Value: errorValue(f.Interface.(error), stack)})
			e.failed = true
		case zapcore.ReflectType, zapcore.StringerType: // a context is often a Stringer
			if ctx, ok := f.Interface.(context.Context); ok {
				e.ctx = ctx
				continue
			}
			f.AddTo(e)
		default:
			f.AddTo(e)
		}
	}
}

func (e *encoder) add(a slog.Attr) { e.attrs = append(e.attrs, a) }

// group returns the attributes of an object, with its namespaces as groups.
func (e *encoder) group() slog.Value {
	attrs := e.attrs
	for i := len(e.open) - 1; i >= 0; i-- {
		attrs = append(e.open[i].outer, slog.Attr{Key: e.open[i].name, Value: slog.GroupValue(attrs...)})
	}
	return slog.GroupValue(attrs...)
}

func (e *encoder) OpenNamespace(key string) {
	if e.logger != nil {
		e.logger = e.logger.WithAttrs(e.attrs...).WithGroup(key)
		e.attrs = e.attrs[:0] // WithAttrs has copied it
		return
	}
	e.open = append(e.open, namespace{key, e.attrs})
	e.attrs = nil
}

// AddObject adds what the object has added before it failed, as zap's encoders do.
func (e *encoder) AddObject(key string, m zapcore.ObjectMarshaler) error {
	var object encoder
	err := m.MarshalLogObject(&object)
	e.add(slog.Attr{Key: key, Value: object.group()})
	return err
}

func (e *encoder) AddArray(key string, m zapcore.ArrayMarshaler) error {
	list := zapcore.NewMapObjectEncoder()
	err := list.AddArray(key, m)
	e.add(slog.Any(key, list.Fields[key]))
	return err
}

func (e *encoder) AddReflected(key string, v any) error {
	e.add(slog.Any(key, v))
	return nil
}

func (e *encoder) AddBinary(key string, v []byte)     { e.add(slog.Any(key, bytes.Clone(v))) }
func (e *encoder) AddByteString(key string, v []byte) { e.add(slog.String(key, string(v))) }
func (e *encoder) AddBool(key string, v bool)         { e.add(slog.Bool(key, v)) }
func (e *encoder) AddComplex128(key string, v complex128) {
	e.add(slog.String(key, complexText(v, 128)))
}
func (e *encoder) AddComplex64(key string, v complex64) {
	e.add(slog.String(key, complexText(complex128(v), 64)))
}
func (e *encoder) AddDuration(key string, v time.Duration) { e.add(slog.Duration(key, v)) }
func (e *encoder) AddFloat64(key string, v float64)        { e.add(slog.Float64(key, v)) }
func (e *encoder) AddInt(key string, v int)                { e.add(slog.Int(key, v)) }
func (e *encoder) AddInt64(key string, v int64)            { e.add(slog.Int64(key, v)) }
func (e *encoder) AddInt32(key string, v int32)            { e.add(slog.Int64(key, int64(v))) }
func (e *encoder) AddInt16(key string, v int16)            { e.add(slog.Int64(key, int64(v))) }
func (e *encoder) AddInt8(key string, v int8)              { e.add(slog.Int64(key, int64(v))) }
func (e *encoder) AddString(key, v string)                 { e.add(slog.String(key, v)) }
func (e *encoder) AddTime(key string, v time.Time)         { e.add(slog.Time(key, v)) }
func (e *encoder) AddUint(key string, v uint)              { e.add(slog.Uint64(key, uint64(v))) }
func (e *encoder) AddUint64(key string, v uint64)          { e.add(slog.Uint64(key, v)) }
func (e *encoder) AddUint32(key string, v uint32)          { e.add(slog.Uint64(key, uint64(v))) }
func (e *encoder) AddUint16(key string, v uint16)          { e.add(slog.Uint64(key, uint64(v))) }
func (e *encoder) AddUint8(key string, v uint8)            { e.add(slog.Uint64(key, uint64(v))) }
func (e *encoder) AddUintptr(key string, v uintptr)        { e.add(slog.Uint64(key, uint64(v))) }

// AddFloat32 adds the number that has the shortest text of v, since a conversion of 0.1 is
// 0.10000000149011612.
func (e *encoder) AddFloat32(key string, v float32) {
	f, err := strconv.ParseFloat(strconv.FormatFloat(float64(v), 'g', -1, 32), 64)
	if err != nil {
		f = float64(v)
	}
	e.add(slog.Float64(key, f))
}

// complexText writes a complex number as zap does: 1+2i.
func complexText(v complex128, bits int) string {
	return strings.Trim(strconv.FormatComplex(v, 'f', -1, bits), "()")
}
