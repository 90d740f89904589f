package logline_test

import "testing"

func TestServers(t *testing.T) {
	testLines(t, []sample{
		{"PostgreSQL with user and database", `2026-11-20 10:40:31.123 CEST [12] anna@shop STATEMENT:  SELECT tea`,
			`postgres 2026-11-20T10:40:31.123+02:00 pid=12 "SELECT tea" {user="anna" database="shop" field="STATEMENT"}`},
		{"PostgreSQL, unknown zone", `2026-11-20 10:40:31 QQT [12] FATAL:  no tea`,
			`postgres 2026-11-20T10:40:31+05:30 CRITICAL pid=12 "no tea" {zone="QQT"}`},
		{"MySQL 8", `2026-11-20T10:40:31.123456Z 3 [Warning] [MY-010000] [Server] low on tea`,
			`mysql 2026-11-20T10:40:31.123456Z WARNING channel=Server "low on tea" {thread="3" code="MY-010000"}`},
		{"MariaDB", `2026-11-20  9:40:31 3 [ERROR] no tea`,
			`mysql 2026-11-20T09:40:31+05:30 ERROR "no tea" {thread="3"}`},
		{"Redis", `12:M 20 Nov 2026 10:40:31.123 # no tea`,
			`redis 2026-11-20T10:40:31.123+05:30 WARNING pid=12 "no tea" {role="M"}`},
		{"Redis 2", `[12] 20 Nov 10:40:31 * tea is ready`,
			`redis 2026-11-20T10:40:31+05:30 NOTICE pid=12 "tea is ready"`},
		{"NATS", `[12] 2026/11/20 10:40:31.123456 [ERR] no tea`,
			`nats 2026-11-20T10:40:31.123456+05:30 ERROR pid=12 "no tea"`},
		{"MongoDB 4.2", `2026-11-20T10:40:31.123+0100 W STORAGE  [conn1] low on tea`,
			`mongodb 2026-11-20T10:40:31.123+01:00 WARNING channel=STORAGE "low on tea" {thread="conn1"}`},
		{"MongoDB", `{"t":{"$date":"2026-11-20T10:40:31.123+01:00"},"s":"E","c":"STORAGE","id":7,"ctx":"conn1","msg":"no tea","attr":{"left":0}}`,
			`mongodb-json 2026-11-20T10:40:31.123+01:00 ERROR channel=STORAGE "no tea" {id=7 ctx="conn1" attr={left=0}}`},
		{"CockroachDB", `W261120 10:40:31.123456 9 tea/pot.go:12  [n1,user=anna] 4 low on tea`,
			`cockroach 2026-11-20T10:40:31.123456+05:30 WARNING source=|tea/pot.go:12 "low on tea" {goroutine="9" tags="n1,user=anna" counter="4"}`},
		{"etcd", `2026-11-20 10:40:31.123456 N | etcdserver: hello`,
			`capnslog 2026-11-20T10:40:31.123456+05:30 NOTICE channel=etcdserver "hello"`},
		{"CBS", `2026-11-20 10:40:31, Info                  CBS    hello`,
			`windows-cbs 2026-11-20T10:40:31+05:30 INFO channel=CBS "hello"`},
	})
}

func TestSystemLogs(t *testing.T) {
	testLines(t, []sample{
		{"logcat", `11-20 10:40:31.123  12  34 W Teapot  : low on tea`,
			`logcat 2026-11-20T10:40:31.123+05:30 WARNING channel=Teapot pid=12 "low on tea" {tid="34"}`},
		{"logcat -v time", `11-20 10:40:31.123 E/Teapot(  12): no tea`,
			`logcat 2026-11-20T10:40:31.123+05:30 ERROR channel=Teapot pid=12 "no tea"`},
		{"dmesg", `[    1.234567][    T1] hello`, `dmesg "hello" {uptime="1.234567" caller="T1"}`},
		{"dmesg -T", `[Fri Nov 20 10:40:31 2026] hello`, `dmesg 2026-11-20T10:40:31+05:30 "hello"`},
		{"dmesg -r", `<3>[    1.234567] hello`, `dmesg ERROR "hello" {facility="kern" uptime="1.234567"}`},
		{"short-full", `Fri 2026-11-20 10:40:31 CET vm sshd[12]: hello`,
			`journal 2026-11-20T10:40:31+01:00 channel=sshd pid=12 "hello" {host="vm"}`},
		{"short-monotonic", `[    1.234567] vm sshd[12]: hello`,
			`journal channel=sshd pid=12 "hello" {uptime="1.234567" host="vm"}`},
		{"journalctl -o json", `{"__REALTIME_TIMESTAMP":"1795150000000000","PRIORITY":"4","MESSAGE":"low on tea","_PID":"12","SYSLOG_IDENTIFIER":"pot","_HOSTNAME":"vm"}`,
			`journal-json 2026-11-20T10:16:40+05:30 WARNING channel=pot pid=12 "low on tea" {_PID="12" _HOSTNAME="vm"}`},
	})
}
