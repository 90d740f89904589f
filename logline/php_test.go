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
		{"Laravel, an exception in JSON of several lines",
			`[2026-11-20 10:40:31] local.ERROR: no tea {"userId":7,"exception":"[object] (Tea\\Exception(code: 0): no tea at /srv/app/Tea.php:12)`,
			`monolog 2026-11-20T10:40:31+05:30 ERROR channel=local "no tea" {context="{\"userId\":7,\"exception\":\"[object] (Tea\\\\Exception(code: 0): no tea at /srv/app/Tea.php:12)"}`},
		{"PHP's log",
			`[20-Nov-2026 10:40:31 UTC] PHP Warning:  Undefined variable $tea in /srv/tea.php on line 7`,
			`php 2026-11-20T10:40:31Z WARNING channel=PHP "Undefined variable $tea in /srv/tea.php on line 7" {severity="Warning"}`},
		{"PHP's log, a zone",
			`[20-Nov-2026 10:40:31 Asia/Tokyo] PHP Fatal error:  Uncaught Exception: no tea in /srv/tea.php:7`,
			`php 2026-11-20T10:40:31+09:00 CRITICAL channel=PHP "Uncaught Exception: no tea in /srv/tea.php:7" {zone="Asia/Tokyo" severity="Fatal error"}`},
		{"PHP's log, a zone that nobody knows",
			`[20-Nov-2026 10:40:31 Tea/Pot] PHP Parse error:  syntax error in /srv/tea.php on line 7`,
			`php 2026-11-20T10:40:31+05:30 ERROR channel=PHP "syntax error in /srv/tea.php on line 7" {zone="Tea/Pot" severity="Parse error"}`},
		{"PHP's log, the program's own text",
			`[20-Nov-2026 10:40:31 UTC] PHP is fine: yes`,
			`php 2026-11-20T10:40:31Z "PHP is fine: yes"`},
	})
}
