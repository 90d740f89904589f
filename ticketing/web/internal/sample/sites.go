package sample

import (
	"math/rand/v2"

	"github.com/logbook-go/logbook/logbook"
)

const goPanic = `Traceback (most recent call last):
  File "/usr/local/go/src/net/http/server.go", line 2092, in net/http.(*conn).serve
  File "/usr/local/go/src/net/http/server.go", line 3311, in net/http.serverHandler.ServeHTTP
  File "/root/go/pkg/mod/github.com/go-chi/chi/v5@v5.2.1/mux.go", line 90, in github.com/go-chi/chi/v5.(*Mux).ServeHTTP
  File "/src/shop/internal/server/middleware.go", line 58, in github.com/acme/shop/internal/server.(*Server).withSession.func1
  File "/src/shop/internal/checkout/handler.go", line 131, in github.com/acme/shop/internal/checkout.(*Handler).PlaceOrder
  File "/src/shop/internal/checkout/total.go", line 47, in github.com/acme/shop/internal/checkout.(*Cart).Total
  File "/usr/local/go/src/runtime/panic.go", line 262, in runtime.panicmem
  File "/usr/local/go/src/runtime/signal_unix.go", line 925, in runtime.sigpanic
runtime.errorString: runtime error: invalid memory address or nil pointer dereference`

const goWrapped = `Traceback (most recent call last):
  File "/usr/local/go/src/net/http/server.go", line 2322, in net/http.HandlerFunc.ServeHTTP
  File "/src/shop/internal/checkout/handler.go", line 118, in github.com/acme/shop/internal/checkout.(*Handler).PlaceOrder
  File "/src/shop/internal/payment/client.go", line 203, in github.com/acme/shop/internal/payment.(*Client).Charge
*fmt.wrapError: charge order: post "https://api.pay.example/v2/charges": context deadline exceeded
  wraps *url.Error: post "https://api.pay.example/v2/charges": context deadline exceeded
    wraps context.deadlineExceededError: context deadline exceeded`

const python = `Traceback (most recent call last):
  File "/usr/lib/python3.11/site-packages/celery/app/trace.py", line 477, in trace_task
    R = retval = fun(*args, **kwargs)
  File "/usr/lib/python3.11/site-packages/celery/app/trace.py", line 760, in __protected_call__
    return self.run(*args, **kwargs)
  File "/srv/reports/reports/tasks.py", line 88, in build_monthly_report
    rows = load_rows(account, month)
  File "/srv/reports/reports/queries.py", line 41, in load_rows
    return [Row(**r) for r in cursor.fetchall()]
  File "/usr/lib/python3.11/site-packages/psycopg/cursor.py", line 229, in fetchall
    self._fetch_pipeline()
psycopg.errors.QueryCanceled: canceling statement due to statement timeout`

const crash = `panic: send on closed channel

goroutine 412 [running]:
github.com/acme/mailer/internal/pool.(*Pool).Submit(0xc0001a2000, {0xc00031e000, 0x2f})
	/src/mailer/internal/pool/pool.go:96 +0x5d
github.com/acme/mailer/internal/smtp.(*Sender).Deliver(0xc00012c0a0, {0x7f1c, 0xc000410000})
	/src/mailer/internal/smtp/sender.go:171 +0x1b4
net/http.HandlerFunc.ServeHTTP(0xc00011a2d0, {0x8a3f20, 0xc00042e000}, 0xc000428000)
	/usr/local/go/src/net/http/server.go:2294 +0x29
created by net/http.(*Server).Serve in goroutine 1
	/usr/local/go/src/net/http/server.go:3454 +0x485`

func pick[T any](r *rand.Rand, list ...T) T { return list[r.IntN(len(list))] }

// sites returns the places that log.
func sites() []site {
	user := func(r *rand.Rand) string { return pick(r, "u-48121", "u-1932", "u-77310", "u-5", "u-60233") }
	request := func(r *rand.Rand) []any {
		return []any{"method", pick(r, "POST", "PUT"), "path", pick(r, "/checkout", "/cart/items"), "user", user(r), "request_id", r.Uint32()}
	}
	return []site{
		{"shop", "checkout", logbook.LevelCritical, "github.com/acme/shop/internal/checkout.(*Handler).PlaceOrder", "/src/shop/internal/checkout/handler.go", 131,
			"panic while serving {method} {path}", request, "runtime.errorString", "runtime error: invalid memory address or nil pointer dereference", goPanic, 9, 2.2, 0.002},
		{"shop", "payment", logbook.LevelError, "github.com/acme/shop/internal/payment.(*Client).Charge", "/src/shop/internal/payment/client.go", 203,
			"payment provider did not answer for order {order}", func(r *rand.Rand) []any {
				return append(request(r), "order", 100000+r.IntN(900000), "attempt", 1+r.IntN(4), "amount", map[string]any{"currency": "EUR", "cents": r.IntN(20000)})
			}, "*fmt.wrapError", `charge order: post "https://api.pay.example/v2/charges": context deadline exceeded`, goWrapped, 70, 21, 0.0005},
		{"reports", "reports.tasks", logbook.LevelError, "reports.tasks.build_monthly_report", "/srv/reports/reports/tasks.py", 88,
			"monthly report for account {account} failed", func(r *rand.Rand) []any { return []any{"account", r.IntN(5000), "month", "2026-10"} },
			"psycopg.errors.QueryCanceled", "canceling statement due to statement timeout", python, 14, 12, 0.08},
		{"mailer", "smtp", logbook.LevelCritical, "github.com/acme/mailer/internal/smtp.(*Sender).Deliver", "/src/mailer/internal/smtp/sender.go", 171,
			"delivery worker died", nil, "runtime.plainError", "send on closed channel", crash, 1, 4, 0.4},
		{"shop", "inventory", logbook.LevelError, "github.com/acme/shop/internal/inventory.(*Store).Reserve", "/src/shop/internal/inventory/store.go", 77,
			"inventory of {sku} went below zero", func(r *rand.Rand) []any {
				return []any{"sku", pick(r, "A-1009", "B-2210", "C-77"), "left", -1 - r.IntN(4)}
			},
			"", "", "", 5, 17, 3},
		{"gateway", "proxy", logbook.LevelWarn, "github.com/acme/gateway/proxy.(*Upstream).pick", "/src/gateway/proxy/upstream.go", 260,
			"upstream {upstream} is slow: {elapsed}", func(r *rand.Rand) []any {
				return []any{"upstream", pick(r, "shop-1:8080", "shop-2:8080"), "elapsed", "2.1s", "retries", r.IntN(3)}
			}, "", "", "", 60, 29, 0.01},
		{"gateway", "tls", logbook.LevelWarn, "github.com/acme/gateway/tlsconf.check", "/src/gateway/tlsconf/check.go", 33,
			"certificate of {host} expires in {days} days", func(r *rand.Rand) []any { return []any{"host", "api.acme.example", "days", 6} }, "", "", "", 24, 8, 0.02},
		{"shop", "cache", logbook.LevelNotice, "github.com/acme/shop/internal/cache.(*Tier).Get", "/src/shop/internal/cache/tier.go", 119,
			"cache miss ratio is {ratio}", func(r *rand.Rand) []any { return []any{"ratio", 0.41} }, "", "", "", 66, 29, 0.03},
		{"auth", "sessions", logbook.LevelError, "github.com/acme/auth/session.(*Manager).Load", "/src/auth/session/manager.go", 144,
			"session {session} could not be decoded", func(r *rand.Rand) []any { return []any{"session", "s-" + user(r), "user", user(r)} },
			"*json.SyntaxError", "invalid character '\\x00' looking for beginning of value", "", 11, 6, 0.15},
		{"auth", "sessions", logbook.LevelWarn, "github.com/acme/auth/login.(*Guard).Check", "/src/auth/login/guard.go", 58,
			"{failures} failed logins of {user}", func(r *rand.Rand) []any { return []any{"failures", 5 + r.IntN(20), "user", user(r)} }, "", "", "", 30, 15, 0.012},
		{"billing", "invoices", logbook.LevelError, "github.com/acme/billing/invoice.(*Writer).Close", "/src/billing/invoice/writer.go", 212,
			"invoice {invoice} is off by {cents} cents", func(r *rand.Rand) []any { return []any{"invoice", r.IntN(90000), "cents", 1 + r.IntN(2)} }, "", "", "", 2, 26, 6},
		{"importer", "feeds", logbook.LevelError, "importer.feeds.parse_item", "/srv/importer/importer/feeds.py", 203,
			"could not parse item of feed {feed}", func(r *rand.Rand) []any { return []any{"feed", pick(r, "acme-de", "acme-at")} }, "ValueError",
			"time data '2026-13-01' does not match format '%Y-%m-%d'", "", 3, 20, 5},
		{"billing", "webhooks", logbook.LevelError, "github.com/acme/billing/hooks.(*Receiver).Verify", "/src/billing/hooks/receiver.go", 91,
			"webhook of {provider} has an invalid signature", func(r *rand.Rand) []any { return []any{"provider", pick(r, "stripe", "adyen")} }, "", "", "", 4, 13, 2},
		{"search", "index", logbook.LevelError, "github.com/acme/search/index.(*Shard).Merge", "/src/search/index/shard.go", 418,
			"merge of shard {shard} failed", func(r *rand.Rand) []any { return []any{"shard", r.IntN(12)} }, "*fs.PathError", "write /var/lib/search/7/seg_41.tmp: no space left on device", "", 4, 1.2, 0.3},
		{"shop", "checkout", logbook.LevelInfo, "github.com/acme/shop/internal/checkout.(*Handler).Abandon", "/src/shop/internal/checkout/handler.go", 240,
			"cart abandoned after {minutes} minutes", func(r *rand.Rand) []any { return []any{"minutes", 20 + r.IntN(40), "user", user(r)} }, "", "", "", 40, 9, 0.02},
		{"scheduler", "jobs", logbook.LevelWarn, "github.com/acme/scheduler.(*Loop).run", "/src/scheduler/loop.go", 75,
			"job {job} started {late} late", func(r *rand.Rand) []any { return []any{"job", pick(r, "cleanup", "digest", "backup"), "late", "42s"} }, "", "", "", 8, 24, 0.6},
		{"gateway", "proxy", logbook.LevelError, "github.com/acme/gateway/proxy.(*Conn).copy", "/src/gateway/proxy/conn.go", 88,
			"connection to {upstream} was reset after {bytes} bytes", func(r *rand.Rand) []any {
				return []any{"upstream", pick(r, "reports-1:9000", "reports-2:9000"), "bytes", r.IntN(1 << 20)}
			}, "*net.OpError", "read tcp 10.4.0.7:41822->10.4.1.9:9000: read: connection reset by peer", "", 45, 30, 0.004},
	}
}
