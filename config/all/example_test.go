package all_test

import (
	"fmt"

	"github.com/logbook-go/logbook/config"
	_ "github.com/logbook-go/logbook/config/all"
	"github.com/logbook-go/logbook/logbook"
)

func Example() {
	h, err := config.Open("smtps://lab@example.org:hunter2@smtp.example.org?level=error&from=lab@example.org&to=anna@example.org")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(logbook.LevelOf(h.Binding().Level)) // nothing is connected before the first record

	_, err = config.Open("slack:https://hooks.slack.com/services/T0/B0/hunter2?levle=success")
	fmt.Println(err)
	// Output:
	// ERROR
	// config: sink "slack:xxxxx?levle=success": option "levle": unknown, did you mean "level"? (known to slack: bubble, ca, cert, channel, color, emoji, format, insecure_skip_verify, json, key, level, source, timeout, title, username; to every sink: background, dedup, fallback, fingers_crossed, limit, sample, spool)
}
