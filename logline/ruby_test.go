package logline_test

import "testing"

func TestRuby(t *testing.T) {
	testLines(t, []sample{
		{"Logger",
			`I, [2026-11-20T10:40:31.123456 #12]  INFO -- : hello`,
			`ruby 2026-11-20T10:40:31.123456+05:30 INFO pid=12 "hello"`},
		{"Logger with a program name",
			`E, [2026-11-20T10:40:31.123456 #12] ERROR -- shop: no: tea`,
			`ruby 2026-11-20T10:40:31.123456+05:30 ERROR channel=shop pid=12 "no: tea"`},
		{"unknown level",
			`A, [2026-11-20T10:40:31.123456 #12]   ANY -- : hello`,
			`ruby 2026-11-20T10:40:31.123456+05:30 pid=12 "hello" {level="ANY"}`},
		{"almost",
			`I, [2026-11-20T10:40:31.123456 12]  INFO -- : hello`,
			`plain "I, [2026-11-20T10:40:31.123456 12]  INFO -- : hello"`},
	})
}
