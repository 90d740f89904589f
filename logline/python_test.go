package logline_test

import "testing"

func TestPython(t *testing.T) {
	testLines(t, []sample{
		{"loguru",
			`2026-11-20 10:40:31.123 | SUCCESS  | shop.tea:brew:24 - done - x`,
			`loguru 2026-11-20T10:40:31.123+05:30 SUCCESS channel=shop.tea "done - x" {function="brew" line=24}`},
		{"loguru, the program's own level",
			`2026-11-20 10:40:31.123 | LOUD     | __main__:<module>:1 - hello`,
			`loguru 2026-11-20T10:40:31.123+05:30 channel=__main__ "hello" {level="LOUD" function="<module>" line=1}`},
		{"bars of others",
			`2026-11-20 10:40:31.123 | INFO | hello`,
			`text 2026-11-20T10:40:31.123+05:30 INFO "hello"`},
	})
}
