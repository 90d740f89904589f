package netlink_test

import (
	"testing"

	"github.com/logbook-go/logbook/internal/netlink"
)

func TestParseAddress(t *testing.T) {
	for s, want := range map[string]string{
		"host":                "host:25",
		"mail.example.com":    "mail.example.com:25",
		"host:587":            "host:587",
		"10.0.0.1:1":          "10.0.0.1:1",
		"[::1]":               "[::1]:25",
		"[::1]:65535":         "[::1]:65535",
		"[fe80::1%eth0]:25":   "[fe80::1%eth0]:25",
		"":                    "127.0.0.1:25",
		":587":                "127.0.0.1:587",
		"host:0":              "",
		"host:65536":          "",
		"host:smtp":           "",
		"host:":               "",
		"::1":                 "[::1]:25",
		"fe80::1%eth0":        "[fe80::1%eth0]:25",
		"::1:x":               "",
		"[::1":                "",
		"[]":                  "127.0.0.1:25",
		"[host:25":            "",
		"a:b:c":               "",
		"smtp://host":         "",
		"user:secret@host":    "",
		"ho st":               "",
		"höst":                "",
		"host/path":           "",
		"...":                 "",
		"host%25eth0":         "",
		"host\n":              "",
		"[fe80::1%eth0]junk":  "",
		"[fe80::1%eth0]:junk": "",
	} {
		a, err := netlink.ParseAddress(s, "127.0.0.1", "25")
		if got := a.String(); err == nil && got != want || err != nil && (want != "" || err != netlink.ErrAddress) {
			t.Errorf("%q: %q, %v, want %q", s, got, err, want)
		}
	}
	for _, s := range []string{"", ":1", "[]:1", "::1"} {
		if a, err := netlink.ParseAuthority(s, "1"); err == nil {
			t.Errorf("%q: %v in a URI", s, a)
		}
	}
	if a, err := netlink.ParseAuthority("[::1]", "1"); err != nil || a.String() != "[::1]:1" {
		t.Errorf("%v, %v", a, err)
	}
}

func TestIsLoopback(t *testing.T) {
	for host, want := range map[string]bool{
		"localhost": true, "127.0.0.1": true, "127.9.9.9": true, "::1": true, "::ffff:127.0.0.1": true,
		"": false, "10.0.0.1": false, "localhost.example.com": false, "::2": false,
	} {
		if netlink.IsLoopback(host) != want {
			t.Errorf("%q: %t", host, !want)
		}
	}
}
