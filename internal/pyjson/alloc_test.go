//go:build !race

package pyjson

import "testing"

func TestAppendDoesNotAllocate(t *testing.T) {
	buf := make([]byte, 0, 1024)
	var record any = Object{{"key", []any{"value", 1e300, int64(1 << 60), nil}}}
	tests := map[string]func(){
		"AppendString": func() { AppendString(buf, "Größe\n🎉\xff") },
		"AppendFloat":  func() { AppendFloat(buf, 1e-7) },
		"AppendInt":    func() { AppendInt(buf, 1<<60) },
		"Append":       func() { Append(buf, record) },
	}
	for name, test := range tests {
		if n := testing.AllocsPerRun(100, test); n != 0 {
			t.Errorf("%s allocates %v times", name, n)
		}
	}
}
