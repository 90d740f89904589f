package logline_test

import "testing"

func TestDates(t *testing.T) {
	testLines(t, []sample{
		{"ctime", `Fri Nov 20 10:32:01 2026 10.0.0.1:1194 hello: there`,
			`text 2026-11-20T10:32:01+05:30 "10.0.0.1:1194 hello: there"`},
		{"ctime with a zone", `Fri Nov 20 10:32:01 CET 2026 ERROR hello`,
			`layout 2026-11-20T10:32:01+01:00 ERROR "hello"`},
		{"RFC 1123", `Fri, 20 Nov 2026 10:32:01 GMT hello`,
			`text 2026-11-20T10:32:01Z "hello"`},
		{"day, name of the month and year", `20-Nov-2026 10:32:01.123 hello`,
			`text 2026-11-20T10:32:01.123+05:30 "hello"`},
		{"access log's time", `20/Nov/2026:10:32:01 +0100 hello`,
			`text 2026-11-20T10:32:01+01:00 "hello"`},
		{"Erlang's time", `5-Nov-2026::9:32:01 hello`,
			`text 2026-11-05T09:32:01+05:30 "hello"`},
		{"dots", `2026.11.20 10:32:01.123456 hello`,
			`text 2026-11-20T10:32:01.123456+05:30 "hello"`},
		{"two spaces", `2026-11-20  9:32:01 hello`,
			`text 2026-11-20T09:32:01+05:30 "hello"`},
		{"month first", `11/20/2026 1:32:01 PM ERROR hello`,
			`layout 2026-11-20T13:32:01+05:30 ERROR "hello"`},
		{"day first", `20/11/2026 12:32:01 AM hello`,
			`text 2026-11-20T00:32:01+05:30 "hello"`},
		{"day first, dots", `20.11.2026 10:32:01 hello`,
			`text 2026-11-20T10:32:01+05:30 "hello"`},
		{"name of the month first", `Nov 20, 2026 10:32:01.123 hello`,
			`text 2026-11-20T10:32:01.123+05:30 "hello"`},
		{"epoch", `1795150000.123 hello`,
			`text 2026-11-20T10:16:40.123+05:30 "hello"`},
		{"in brackets", `[20/Nov/2026:10:32:01 +0100] hello`,
			`text 2026-11-20T10:32:01+01:00 "hello"`},
		{"a date in a sentence", `10 Mar 2026 was a day`,
			`plain "10 Mar 2026 was a day"`},
		{"no date", `2026 Mar 32 10:32:01 hello`,
			`plain "2026 Mar 32 10:32:01 hello"`},
		{"another number", `1795150000.12 hello`,
			`plain "1795150000.12 hello"`},
	})
}
