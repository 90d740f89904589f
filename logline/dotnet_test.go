package logline_test

import "testing"

func TestDotnet(t *testing.T) {
	testLines(t, []sample{
		{"Entity Framework",
			`dbug: 11/20/2026 10:40:31.123 ShopEventId.TeaBrewed[10802] (Shop.EntityFrameworkCore.Tea)`,
			`dotnet 2026-11-20T10:40:31.123+05:30 DEBUG channel=Shop.EntityFrameworkCore.Tea "" {event=10802 name="ShopEventId.TeaBrewed"}`},
		{"Entity Framework, a time in UTC",
			`info: 2026-11-20T10:40:31.1234567Z ShopEventId.TeaBrewed[10802] (Shop.EntityFrameworkCore.Tea)`,
			`dotnet 2026-11-20T10:40:31.1234567Z INFO channel=Shop.EntityFrameworkCore.Tea "" {event=10802 name="ShopEventId.TeaBrewed"}`},
		{"Serilog",
			`[10:40:31 WRN] no tea {"Cups": 2}`,
			`layout 2026-11-20T10:40:31+05:30 WARNING "no tea" {Cups=2}`},
		{"Serilog, verbose",
			`2026-11-20 10:40:31.123 +05:30 [VRB] Tea: cups`,
			`layout 2026-11-20T10:40:31.123+05:30 TRACE "Tea: cups"`},
		{"console",
			`fail: Shop.Tea[7]`,
			`dotnet ERROR channel=Shop.Tea "" {event=7}`},
		{"simple console",
			`10:40:31.123 info: Shop.Tea[7] brewed`,
			`dotnet 2026-11-20T10:40:31.123+05:30 INFO channel=Shop.Tea "brewed" {event=7}`},
		{"NLog",
			`2026-11-20 10:40:31.1234|Warn|Shop.Tea|no tea|left`,
			`layout 2026-11-20T10:40:31.1234+05:30 WARNING channel=Shop.Tea "no tea|left"`},
		{"simple console, a date",
			`2026-11-20 10:40:31 fail: Shop.Tea[7] no tea`,
			`dotnet-time 2026-11-20T10:40:31+05:30 ERROR channel=Shop.Tea "no tea" {event=7}`},
		{"simple console, a time in brackets",
			`[10:40:31] warn: Shop.Tea[7] little tea`,
			`layout 2026-11-20T10:40:31+05:30 WARNING channel=Shop.Tea "little tea" {event=7}`},
		{"for systemd",
			`<4>Shop.Tea[7] little tea`,
			`dotnet-systemd WARNING channel=Shop.Tea "little tea" {event=7}`},
		{"for systemd, a time",
			`<6>2026-11-20 10:40:31 Shop.Tea[7] brewed`,
			`dotnet-systemd 2026-11-20T10:40:31+05:30 INFO channel=Shop.Tea "brewed" {event=7}`},
		{"JSON console",
			`{"Timestamp":"2026-11-20T10:40:31.123Z","EventId":7,"LogLevel":"Warning","Category":"Shop.Tea","Message":"little tea","State":{"cups":2}}`,
			`json 2026-11-20T10:40:31.123Z WARNING "little tea" {EventId=7 Category="Shop.Tea" State={cups=2}}`},
	})
}
