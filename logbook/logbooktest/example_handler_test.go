package logbooktest_test

import (
	"fmt"

	"github.com/logbook-go/logbook/logbook"
)

// chat posts each record to a chat room.
type chat struct {
	logbook.Options
	post func(text string) error
}

func (h *chat) Handle(r *logbook.Record) error {
	text, err := h.AppendFormat(nil, r)
	if err != nil {
		return err
	}
	return h.post(string(text))
}

// A handler is a struct that embeds Options and has one method. The test of this
// one is
//
//	func TestChat(t *testing.T) {
//		logbooktest.TestHandler(t, func() logbook.Handler {
//			return &chat{post: func(string) error { return nil }}
//		})
//	}
func Example_handler() {
	room := &chat{
		Options: logbook.Options{
			Level:     logbook.LevelWarn,
			Formatter: logbook.MustFormat("{record.level_name} in {record.channel}: {record.message}"),
		},
		post: func(text string) error {
			fmt.Println("#ops", text)
			return nil
		},
	}
	defer logbook.PushGoroutine(logbook.Null{}, room)()

	log := logbook.New("bank")
	log.Info("opened")
	log.Warn("negative amount {n}", "n", -5)
	// Output: #ops WARNING in bank: negative amount -5
}
