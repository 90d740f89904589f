package otlp_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
	"github.com/logbook-go/logbook/queues/otlp"
)

// A receiver for programs that send by OTLP, in place of an OpenTelemetry collector. The
// request stands for such a program.
func ExampleListen() {
	s, err := otlp.Listen("tcp://127.0.0.1:0", &otlp.ListenOptions{Tokens: []string{"hunter2"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	out := handlers.NewStream(os.Stdout, &logbook.Options{Formatter: logbook.MustFormat("{record.level_name} {record.channel}: {record.message}{record.attrs}")})
	defer logbook.PushApplication(out)()
	work := queues.DispatchInBackground(s)

	r, err := http.NewRequest("POST", "http://"+s.Addr().String()+"/v1/logs", bytes.NewReader([]byte(`{"resourceLogs": [{"scopeLogs": [{"scope": {"name": "cart"}, "logRecords": [
		{"severityNumber": 13, "body": {"stringValue": "sold out"}, "attributes": [{"key": "item", "value": {"intValue": 7}}]}
	]}]}]}`)))
	if err != nil {
		fmt.Println(err)
		return
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer hunter2")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer answer.Body.Close()
	body, _ := io.ReadAll(answer.Body)
	http.DefaultClient.CloseIdleConnections()
	fmt.Println(answer.Status, string(body))

	if err := s.Close(context.Background()); err != nil {
		fmt.Println(err)
	}
	if err := work.Stop(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// WARNING cart: sold out item=7
	// 200 OK {}
}
