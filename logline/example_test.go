package logline_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logline"
)

func ExampleParse() {
	l := logline.Parse([]byte(`10.0.0.1 - anna [05/Mar/2026:10:11:12 +0000] "GET /cart HTTP/1.1" 502 157`), time.Now())
	fmt.Println(l.Format, l.Time, l.Level, l.Message, l.Attrs)
	// Output: access 2026-03-05 10:11:12 +0000 UTC ERROR GET /cart HTTP/1.1 [client=10.0.0.1 user=anna method=GET path=/cart status=502 size=157]
}

func ExampleRead() {
	log := strings.NewReader(`2026-03-05 10:11:12,123 ERROR shop.cart: cannot pay
Traceback (most recent call last):
  File "cart.py", line 3, in pay
ValueError: no card
2026-03-05 10:11:13,001 INFO shop.cart: next
`)
	for l, err := range logline.Read(log, &logline.Options{Level: logbook.LevelError}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(l.Level, l.Channel, l.Message, "-", l.Err)
	}
	// Output: ERROR shop.cart cannot pay - ValueError: no card
}

func ExamplePattern() {
	p, err := logline.ParsePattern("{time:%d.%m.%Y %H:%M:%S} <{level}> {message}")
	if err != nil {
		fmt.Println(err)
		return
	}
	l, ok := p.Match([]byte("05.03.2026 10:11:12 <warn> the disk is nearly full"), time.Now().UTC())
	fmt.Println(ok, l.Time.Format(time.DateTime), l.Level, l.Message)
	// Output: true 2026-03-05 10:11:12 WARNING the disk is nearly full
}
