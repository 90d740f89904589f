package encode

import (
	"strings"
	"testing"
)

func TestAppendJSONKey(t *testing.T) {
	keys := []string{"", "a", "é", "a\nb", `"`, "\x00", "1234567", "12345678", "123456789", "1234567\x01", "12345678\x7f"}
	for n := range 40 {
		keys = append(keys, strings.Repeat("k", n), strings.Repeat("k", n)+"\\")
	}
	for _, key := range keys {
		quoted := string(AppendJSONString(nil, key)) + ":"
		if got := string(AppendJSONKey([]byte(`{`), key)); got != "{"+quoted {
			t.Errorf("first key %q: %s", key, got)
		}
		if got := string(AppendJSONKey([]byte(`{"a":1`), key)); got != `{"a":1,`+quoted {
			t.Errorf("later key %q: %s", key, got)
		}
	}
}

func BenchmarkJSONKey(b *testing.B) {
	buf := make([]byte, 0, 256)
	for b.Loop() {
		buf = AppendJSONKey(append(buf[:0], '{'), "status")
	}
}
