package logbook

import (
	"context"
	"errors"
	"log/slog"
	"reflect"
	"testing"
	"unsafe"
)

// A record from the pool keeps no value in any field.
func TestPooledRecordIsReset(t *testing.T) {
	r := newPooledRecord()
	var fill func(v reflect.Value)
	fill = func(v reflect.Value) {
		switch v.Kind() {
		case reflect.Struct:
			for i := range v.NumField() {
				f := v.Field(i)
				fill(reflect.NewAt(f.Type(), unsafe.Pointer(f.UnsafeAddr())).Elem())
			}
		case reflect.Bool:
			v.SetBool(true)
		case reflect.Int, reflect.Int8, reflect.Int64:
			v.SetInt(7)
		case reflect.Uint64, reflect.Uintptr:
			v.SetUint(7)
		case reflect.String:
			v.SetString("old")
		case reflect.Slice:
			v.Set(reflect.MakeSlice(v.Type(), 3, 20))
		case reflect.Pointer:
			v.Set(reflect.New(v.Type().Elem()))
		case reflect.Interface:
			if v.Type() == reflect.TypeFor[error]() {
				v.Set(reflect.ValueOf(errors.New("old")))
			} else {
				v.Set(reflect.ValueOf(context.Background()))
			}
		default:
			t.Fatalf("unknown kind of field: %v", v.Kind())
		}
		if v.IsZero() {
			t.Errorf("a field of type %v is zero", v.Type())
		}
	}
	fill(reflect.ValueOf(&r.content).Elem())
	fill(reflect.ValueOf(&r.call).Elem())
	fill(reflect.ValueOf(&r.extra).Elem())
	fill(reflect.ValueOf(&r.failure).Elem())
	fill(reflect.ValueOf(&r.raised).Elem())
	for i := range r.call {
		r.call[i], r.extra[i] = slog.Int("old", 1), slog.Int("old", 1)
	}
	for i := range r.callSpace {
		r.callSpace[i] = slog.Int("old", 1)
	}
	for i := range r.extraSpace {
		r.extraSpace[i] = slog.Int("old", 1)
	}
	r.fargs = append(r.argSpace[:0], "old")
	r.reset()

	fresh := newPooledRecord()
	call, extra := r.call[:cap(r.call)], r.extra[:cap(r.extra)]
	for _, a := range append(append(call, extra...), append(r.callSpace[:], r.extraSpace[:]...)...) {
		if !a.Equal(slog.Attr{}) {
			t.Error("an attribute is kept")
		}
	}
	r.call, r.extra, r.buffer = nil, nil, nil
	fresh.call, fresh.extra, fresh.buffer = nil, nil, nil
	if !reflect.DeepEqual(r, fresh) {
		t.Errorf("the record is %+v", r)
	}
}
