package pyjson

import (
	"strings"
	"testing"
)

func BenchmarkDecode(b *testing.B) {
	const mib = 1 << 20
	benchmarks := []struct {
		name string
		data []byte
	}{
		{"Record", readFile(b, "records/r01_plain_info.json")},
		{"NestedRecord", readFile(b, "records/r03_extra_nested.json")},
		{"ExceptionRecord", readFile(b, "records/r04_exception.json")},

		// The time per byte must be bounded for any data.
		{"MiBOfText", []byte(`"` + strings.Repeat("x", mib) + `"`)},
		{"MiBOfEscapes", []byte(`"` + strings.Repeat(`\ud800`, mib/6) + `"`)},
		{"MiBOfArrays", []byte("[" + strings.Repeat("[],", mib/3) + "0]")},
		{"MiBOfNestedArrays", []byte("[" + strings.Repeat(strings.Repeat("[", 900)+strings.Repeat("]", 900)+",", mib/1801) + "0]")},
		{"MiBOfOneKey", []byte("{" + strings.Repeat(`"":0,`, mib/5) + `"":0}`)},
		{"MiBOfBigIntegers", []byte("[" + strings.Repeat(strings.Repeat("7", maxDigits)+",", mib/(maxDigits+1)) + "0]")},
		{"MiBOfFraction", []byte("0." + strings.Repeat("7", mib))},
	}
	for _, bm := range benchmarks {
		b.Run(bm.name, func(b *testing.B) {
			b.SetBytes(int64(len(bm.data)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Decode(bm.data); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkAppend(b *testing.B) {
	record := readRecord(b, "r03_extra_nested.json")
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		buf = Append(buf[:0], record)
	}
	b.SetBytes(int64(len(buf)))
}

func BenchmarkAppendString(b *testing.B) {
	exception := readRecord(b, "r04_exception.json")
	nested := readRecord(b, "r03_extra_nested.json")
	benchmarks := []struct {
		name   string
		record Object
		key    string
	}{
		{"Filename", nested, "filename"},
		{"Unicode", nested, "message"},
		{"Traceback", exception, "formatted_exception"},
	}
	for _, bm := range benchmarks {
		v, _ := bm.record.Get(bm.key)
		s, ok := v.(string)
		if !ok {
			b.Fatalf("%s is not a string but %v", bm.key, v)
		}
		b.Run(bm.name, func(b *testing.B) {
			b.SetBytes(int64(len(s)))
			b.ReportAllocs()
			var buf []byte
			for b.Loop() {
				buf = AppendString(buf[:0], s)
			}
		})
	}
}

func BenchmarkAppendFloat(b *testing.B) {
	var buf []byte
	for b.Loop() {
		buf = AppendFloat(buf[:0], 1234.5678)
	}
}
