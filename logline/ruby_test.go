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
		{"Rails, tags",
			`I, [2026-11-20T10:40:31.123456 #12]  INFO -- : [8a1d2f3c-0b5e-4b57-9f3e-1c2d3e4f5a6b] [ActiveJob] Performing [Tea] now`,
			`ruby 2026-11-20T10:40:31.123456+05:30 INFO pid=12 "Performing [Tea] now" {request_id="8a1d2f3c-0b5e-4b57-9f3e-1c2d3e4f5a6b" tag="ActiveJob"}`},
		{"Rails, the id of the request",
			`[8a1d2f3c-0b5e-4b57-9f3e-1c2d3e4f5a6b] Completed 200 OK in 4ms`,
			`rails-tagged "Completed 200 OK in 4ms" {request_id="8a1d2f3c-0b5e-4b57-9f3e-1c2d3e4f5a6b"}`},
		{"Rails, a request",
			`Started POST "/tea?cups=2" for 10.0.0.1 at 2026-11-20 10:40:31 +0100`,
			`rails 2026-11-20T10:40:31+01:00 "Started POST \"/tea?cups=2\" for 10.0.0.1 at 2026-11-20 10:40:31 +0100" {method="POST" path="/tea?cups=2" client="10.0.0.1"}`},
		{"Rails, a request with its id",
			`[8a1d2f3c-0b5e-4b57-9f3e-1c2d3e4f5a6b] Started GET "/tea" for ::1 at 2026-11-20 10:40:31 +0000`,
			`rails-tagged 2026-11-20T10:40:31Z "Started GET \"/tea\" for ::1 at 2026-11-20 10:40:31 +0000" {request_id="8a1d2f3c-0b5e-4b57-9f3e-1c2d3e4f5a6b" method="GET" path="/tea" client="::1"}`},
		{"not Rails",
			`Started GET "/tea" for fun at noon`,
			`plain "Started GET \"/tea\" for fun at noon"`},
		{"lograge",
			`method=GET path=/tea format=html controller=Tea action=show status=404 duration=1.5`,
			`logfmt WARNING "" {method="GET" path="/tea" format="html" controller="Tea" action="show" status="404" duration="1.5"}`},
		{"lograge, an error",
			`method=GET path=/tea status=500 error='Tea: 'none' left' duration=1.5`,
			`logfmt ERROR "" {method="GET" path="/tea" status="500" duration="1.5"} err="Tea: 'none' left"`},
	})
}
