package logline_test

import "testing"

func TestPHP(t *testing.T) {
	testLines(t, []sample{
		{"monolog",
			`[2026-11-20T10:40:31.123456+00:00] shop.WARNING: low on tea {"left":2} []`,
			`monolog 2026-11-20T10:40:31.123456Z WARNING channel=shop "low on tea" {context={left=2}}`},
		{"Laravel",
			`[2026-11-20 10:40:31] local.ERROR: no tea  `,
			`monolog 2026-11-20T10:40:31+05:30 ERROR channel=local "no tea"`},
		{"context and extra",
			`[2026-11-20 10:40:31] shop.INFO: hello {"a":1} {"b":2}`,
			`monolog 2026-11-20T10:40:31+05:30 INFO channel=shop "hello {\"a\":1} {\"b\":2}"`},
		{"another name with a dot",
			`[2026-11-20 10:40:31] example.com: hello`,
			`text 2026-11-20T10:40:31+05:30 "example.com: hello"`},
	})
}
