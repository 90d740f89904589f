package logline_test

import "testing"

func TestDotnet(t *testing.T) {
	testLines(t, []sample{
		{"Serilog",
			`[10:40:31 WRN] no tea {"Cups": 2}`,
			`layout 2026-11-20T10:40:31+05:30 WARNING "no tea" {Cups=2}`},
		{"console",
			`fail: Shop.Tea[7]`,
			`dotnet ERROR channel=Shop.Tea "" {event=7}`},
		{"simple console",
			`10:40:31.123 info: Shop.Tea[7] brewed`,
			`dotnet 2026-11-20T10:40:31.123+05:30 INFO channel=Shop.Tea "brewed" {event=7}`},
		{"NLog",
			`2026-11-20 10:40:31.1234|Warn|Shop.Tea|no tea|left`,
			`layout 2026-11-20T10:40:31.1234+05:30 WARNING channel=Shop.Tea "no tea|left"`},
	})
}
