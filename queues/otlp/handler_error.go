package otlp

import (
	"fmt"
	"net/http"
)

// Error reports records that were not sent.
type Error struct {
	Endpoint string // without the path, which may be a secret
	Status   int    // of HTTP; 0: no answer
	Records  int
	Err      error // the cause, or what the receiver says
}

// Error returns all of it on one line.
func (e *Error) Error() string {
	records := "records"
	if e.Records == 1 {
		records = "record"
	}
	status := ""
	if e.Status != 0 {
		status = fmt.Sprintf(": %d %s", e.Status, http.StatusText(e.Status))
	}
	cause := ""
	if e.Err != nil {
		cause = ": " + e.Err.Error()
	}
	return fmt.Sprintf("otlp: %s: %d %s%s%s", e.Endpoint, e.Records, records, status, cause)
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }
