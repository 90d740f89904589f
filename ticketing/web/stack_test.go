package web_test

import (
	"testing"

	"github.com/logbook-go/logbook/ticketing/web"
)

func TestParseTrace(t *testing.T) {
	for _, tt := range []struct{ name, module, in, want string }{
		{"Logbook", "github.com/acme/shop/orders", `Traceback (most recent call last):
  File "/usr/local/go/src/net/http/server.go", line 9, in net/http.serve
  File "/root/go/pkg/mod/github.com/x/mux@v1.2.0/mux.go", line 8, in github.com/x/mux.Serve
  File "/src/shop/web/web.go", line 7, in github.com/acme/shop/web.Handle
  File "/src/shop/orders/o.go", line 6, in github.com/acme/shop/orders.Place
  File "/usr/local/go/src/runtime/panic.go", line 5, in runtime.gopanic`,
			`L runtime.gopanic runtime/panic.go:5
! github.com/acme/shop/orders.Place orders/o.go:6
A github.com/acme/shop/web.Handle web/web.go:7
L github.com/x/mux.Serve mux@v1.2.0/mux.go:8
L net/http.serve http/server.go:9
`},
		{"Python", "app", `Traceback (most recent call last):
  File "/srv/app/a.py", line 1, in f
    g(1)
    ^^^^
  File "/usr/lib/python3.11/json/__init__.py", line 346, in loads
    return _default_decoder.decode(s)
ValueError: bad

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/srv/app/b.py", line 2, in <module>
KeyError: 'x'`, `L loads json/__init__.py:346 = return _default_decoder.decode(s)
! f app/a.py:1 = g(1)
|ValueError: bad

During handling of the above exception, another exception occurred:

! <module> app/b.py:2
|KeyError: 'x'
`},
		{"Go's runtime", "", "panic: boom\n\ngoroutine 7 [running]:\nmain.(*T).run(0xc000, {0x1, 0x2})\n\t/src/m/main.go:12 +0x1d\nruntime.goexit()\n\t/usr/local/go/src/runtime/asm.s:9 +0x1\ncreated by main.start in goroutine 1\n\t/src/m/main.go:4 +0x2",
			"|panic: boom\n\ngoroutine 7 [running]:\n! main.(*T).run m/main.go:12\nL runtime.goexit runtime/asm.s:9\nA main.start m/main.go:4\n"},
		{"trimmed paths", "github.com/acme/shop", "main.main()\n\tgithub.com/acme/shop/main.go:3\ngithub.com/x/y.F()\n\tgithub.com/x/y@v1.0.0/y.go:4", "! main.main shop/main.go:3\nL github.com/x/y.F y@v1.0.0/y.go:4\n"},
		{"libraries alone", "", `  File "/usr/lib/python3/x.py", line 1, in f`, "A f python3/x.py:1\n"},
		{"text", "", "no stack at all\n  here", "|no stack at all\n  here\n"},
		{"nothing", "", "", ""},
		{"escapes", "", "  File \"a\x1b\", line 99999999999999999999, in \u202ef", "! \\u202ef a\\x1b:9\u202f223\u202f372\u202f036\u202f854\u202f775\u202f807\n"},
	} {
		if got := web.ParseTrace(tt.in, tt.module).String(); got != tt.want {
			t.Errorf("%s:\n%s\nwant:\n%s", tt.name, got, tt.want)
		}
	}
}

func FuzzParseTrace(f *testing.F) {
	f.Add("Traceback (most recent call last):\n  File \"a\", line 1, in f\n    x\nE: m", "m")
	f.Add("f()\n\ta.go:1", "")
	f.Fuzz(func(t *testing.T, s, module string) { _ = web.ParseTrace(s, module).String() })
}
