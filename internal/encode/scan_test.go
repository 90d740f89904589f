package encode_test

import (
	"strings"
	"testing"

	"github.com/logbook-go/logbook/internal/encode"
)

func TestHasByte(t *testing.T) {
	for n := range 80 {
		for _, fill := range []string{"x", "z", "|", "\x00", "\xff", "\xfb"} {
			s := strings.Repeat(fill, n)
			if encode.HasByte(s, '{') {
				t.Errorf("%q has none", s)
			}
			for i := range n {
				if s := s[:i] + "{" + s[i+1:]; !encode.HasByte(s, '{') {
					t.Errorf("%q has one", s)
				}
			}
		}
	}
}
