package logline_test

import (
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/logline"
)

// records returns the records of a log, one a line, as show writes them.
func records(log string, o *logline.Options) string {
	var b strings.Builder
	for l, err := range logline.Read(strings.NewReader(log), o) {
		if err != nil {
			return err.Error()
		}
		b.WriteString(show(l) + "\n")
	}
	return b.String()
}

func TestJoin(t *testing.T) {
	for _, tt := range []struct{ name, log, want string }{
		{"python", `2024-03-05 10:11:12,123 ERROR my.app: boom
Traceback (most recent call last):
  File "a.py", line 3, in f
    1/0
ZeroDivisionError: division by zero
2024-03-05 10:11:13,000 INFO my.app: next
`, `layout 2024-03-05T10:11:12.123Z ERROR channel=my.app "boom" err="ZeroDivisionError: division by zero" stack="Traceback (most recent call last):\n  File \"a.py\", line 3, in f\n    1/0\nZeroDivisionError: division by zero"
layout 2024-03-05T10:11:13Z INFO channel=my.app "next"
`},
		{"go panic", `time=2024-03-05T10:11:12Z level=ERROR msg="about to die"
panic: boom

goroutine 1 [running]:
main.main()
	/src/x.go:5 +0x18
exit status 2
`, `logfmt 2024-03-05T10:11:12Z ERROR "about to die"
text CRITICAL "panic: boom" stack="\ngoroutine 1 [running]:\nmain.main()\n\t/src/x.go:5 +0x18\nexit status 2"
`},
		{"uncaught", `2024-03-05 10:11:12,123 INFO my.app: fine
Traceback (most recent call last):
  File "a.py", line 3, in f
ValueError: x

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "b.py", line 3, in f
KeyError: 'x'
plain
`, `layout 2024-03-05T10:11:12.123Z INFO channel=my.app "fine"
plain ERROR "KeyError: 'x'" stack="Traceback (most recent call last):\n  File \"a.py\", line 3, in f\nValueError: x\n\nDuring handling of the above exception, another exception occurred:\n\nTraceback (most recent call last):\n  File \"b.py\", line 3, in f\nKeyError: 'x'"
plain "plain"
`},
		{"java", `2024-03-05 10:11:12.345 ERROR [main] c.e.Shop - refused
java.lang.IllegalStateException: no card
	at com.example.Shop.pay(Shop.java:12)
	... 3 more
Caused by: java.io.IOException: x
	at a.b(C.java:1)
2024-03-05 10:11:12.345 INFO [main] c.e.Shop - next
Exception in thread "main" java.lang.Error: x
	at a.b(C.java:1)
`, `layout 2024-03-05T10:11:12.345Z ERROR channel=c.e.Shop "refused" {thread="main"} err="java.lang.IllegalStateException: no card" stack="java.lang.IllegalStateException: no card\n\tat com.example.Shop.pay(Shop.java:12)\n\t... 3 more\nCaused by: java.io.IOException: x\n\tat a.b(C.java:1)"
layout 2024-03-05T10:11:12.345Z INFO channel=c.e.Shop "next" {thread="main"}
plain ERROR "Exception in thread \"main\" java.lang.Error: x" stack="\tat a.b(C.java:1)"
`},
		{"laravel", `[2024-03-05 10:11:12] shop.ERROR: No tea. {"exception":"[object] (Tea(code: 0): No tea at /srv/Tea.php:12)
[stacktrace]
#0 /srv/Pot.php(14): Pot->pour()
#1 {main}
"} 
[2024-03-05 10:11:13] shop.INFO: next  
`, `monolog 2024-03-05T10:11:12Z ERROR channel=shop "No tea." {context="{\"exception\":\"[object] (Tea(code: 0): No tea at /srv/Tea.php:12)"} stack="[stacktrace]\n#0 /srv/Pot.php(14): Pot->pour()\n#1 {main}\n\"} "
monolog 2024-03-05T10:11:13Z INFO channel=shop "next"
`},
		{"php", `[05-Mar-2024 10:11:12 UTC] PHP Fatal error:  Uncaught Tea: none in /srv/a.php:12
Stack trace:
#0 {main}
  thrown in /srv/a.php on line 12
plain
`, `php 2024-03-05T10:11:12Z CRITICAL channel=PHP "Uncaught Tea: none in /srv/a.php:12" {severity="Fatal error"} stack="Stack trace:\n#0 {main}\n  thrown in /srv/a.php on line 12"
plain "plain"
`},
		{"erlang", `=ERROR REPORT==== 5-Mar-2024::10:11:12 ===
Error in process <0.45.0> with exit value: {badarith,[{tea,pour,2}]}
** more

=INFO REPORT==== 5-Mar-2024::10:11:13 ===
    application: tea
    exited: stopped

plain
`, `erlang 2024-03-05T10:11:12Z ERROR "Error in process <0.45.0> with exit value: {badarith,[{tea,pour,2}]}\n** more" {kind="ERROR REPORT"}
erlang 2024-03-05T10:11:13Z INFO "application: tea\nexited: stopped" {kind="INFO REPORT"}
plain "plain"
`},
		{"dotnet", "info: Microsoft.Hosting[0]\n      Now listening\nwarn: A.B[1]\n      two\n      lines\n", `dotnet INFO channel=Microsoft.Hosting "Now listening" {event=0}
dotnet WARNING channel=A.B "two\nlines" {event=1}
`},
		{"rust", "thread 'main' panicked at src/main.rs:2:5:\nboom\nnote: run with `RUST_BACKTRACE=1`\n", "plain ERROR \"thread 'main' panicked at src/main.rs:2:5:\" stack=\"boom\\nnote: run with `RUST_BACKTRACE=1`\"\n"},
		{"recovered", "2009/11/10 23:00:00 http: panic serving 127.0.0.1:1: boom\ngoroutine 7 [running]:\nnet/http.f()\n\t/x.go:1\n2009/11/10 23:00:01 next\n", `text 2009-11-10T23:00:00Z "http: panic serving 127.0.0.1:1: boom" stack="goroutine 7 [running]:\nnet/http.f()\n\t/x.go:1"
text 2009-11-10T23:00:01Z "next"
`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := records(tt.log, &logline.Options{Location: time.UTC}); got != tt.want {
				t.Errorf("got\n%s", got)
			}
		})
	}
}
