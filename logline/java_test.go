package logline_test

import "testing"

func TestJava(t *testing.T) {
	testLines(t, []sample{
		{"log4j",
			`2026-11-20 10:40:31,123 [http-nio-8080-exec-1] FATAL com.example.Shop - out of tea`,
			`log4j 2026-11-20T10:40:31.123+05:30 CRITICAL channel=com.example.Shop "out of tea" {thread="http-nio-8080-exec-1"}`},
		{"logback",
			`10:40:31.123 [main] INFO  c.e.Shop - a - b`,
			`logback 2026-11-20T10:40:31.123+05:30 INFO channel=c.e.Shop "a - b" {thread="main"}`},
		{"Spring Boot",
			`2026-11-20 10:40:31.123  WARN 12 --- [           main] c.e.Shop                 : low: tea : x`,
			`spring-boot 2026-11-20T10:40:31.123+05:30 WARNING channel=c.e.Shop pid=12 "low: tea : x" {thread="main"}`},
		{"Spring Boot 3",
			`2026-11-20T10:40:31.123+01:00  INFO 12 --- [shop] [nio-8080-exec-1] c.e.Shop : hello`,
			`spring-boot 2026-11-20T10:40:31.123+01:00 INFO channel=c.e.Shop pid=12 "hello" {app="shop" thread="nio-8080-exec-1"}`},
		{"no logger",
			`2026-11-20 10:40:31,123 [main] hello - x`,
			`text 2026-11-20T10:40:31.123+05:30 "[main] hello - x"`},
	})
}
