package examples_test

import (
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/examples/internal/panics"
	"github.com/logbook-go/logbook/handlers/httplog"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logbook/logbooktest"
)

// TestRecipeAnswersPanics runs the recipe of docs/failed-requests.md, a copy of which is below.
func TestRecipeAnswersPanics(t *testing.T) {
	page, err := os.ReadFile("../docs/failed-requests.md")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("panics_test.go")
	if err != nil {
		t.Fatal(err)
	}
	_, recipe, _ := strings.Cut(string(source), "// recipe\n")
	if !strings.Contains(string(page), "```go\n"+recipe) {
		t.Errorf("docs/failed-requests.md does not show\n%s", recipe)
	}
	console := logbooktest.NewRecorder()
	defer logbook.PushApplication(console)()
	panics.Check(t, func(next http.Handler) http.Handler { return newHandler(next, logbook.Null{}) })
}

// recipe
func newHandler(mux http.Handler, failures logbook.Handler) http.Handler {
	return httplog.New(mux, &httplog.Options{FingersCrossed: failures})
}
