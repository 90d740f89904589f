package logline_test

import "testing"

func TestErlang(t *testing.T) {
	testLines(t, []sample{
		{"report",
			`=CRASH REPORT==== 20-Nov-2026::10:40:31.123456 ===`,
			`erlang 2026-11-20T10:40:31.123456+05:30 ERROR "" {kind="CRASH REPORT"}`},
		{"report, long ago",
			`=PROGRESS REPORT==== 5-Mar-2026::10:11:12 ===`,
			`erlang 2026-03-05T10:11:12+05:30 INFO "" {kind="PROGRESS REPORT"}`},
		{"a report of others",
			`=TEA REPORT==== 5-Mar-2026::10:11:12 ===`,
			`plain "=TEA REPORT==== 5-Mar-2026::10:11:12 ==="`},
		{"lager",
			`2026-11-20 10:40:31.123 [warning] <0.42.0>@tea_pot:pour:12 little tea`,
			`layout 2026-11-20T10:40:31.123+05:30 WARNING channel=<0.42.0>@tea_pot "little tea" {function="pour" line=12}`},
		{"lager, a process",
			`2026-11-20 10:40:31.123 [info] <0.42.0> brewed`,
			`rabbitmq 2026-11-20T10:40:31.123+05:30 INFO "brewed" {process="0.42.0"}`},
	})
}
