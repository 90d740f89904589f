module github.com/logbook-go/logbook/integration

go 1.26.0

require (
	github.com/logbook-go/logbook v0.0.0
	go.opentelemetry.io/proto/slim/otlp v1.11.1
	google.golang.org/protobuf v1.36.12
)

replace github.com/logbook-go/logbook => ../
