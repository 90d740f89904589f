package config

import "testing"

func TestFilePathOfWindows(t *testing.T) {
	for _, tt := range []struct {
		uri     string
		windows bool
		want    string
	}{
		{"file:///C:/logs/app.log", true, "C:/logs/app.log"},
		{"file:///C:/logs/app.log", false, "/C:/logs/app.log"},
		{`file:C:\logs\app.log`, true, `C:\logs\app.log`},
		{`file:\\server\logs\app.log`, true, `\\server\logs\app.log`},
		{"file:/logs/app.log", true, "/logs/app.log"},
		{"file:a:b", true, "a:b"},
	} {
		s, err := parse(tt.uri)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.filePath(tt.windows); s.err != nil || got != tt.want {
			t.Errorf("%s: %q, %v", tt.uri, got, s.err)
		}
	}
}
