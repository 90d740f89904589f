// Package progress has a test of records above the progress bars of mpb.
package progress

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

// Records appear as whole lines above the bar, which stays at the bottom; those after the
// end of the bars go to the console.
func TestRecordsAboveBars(t *testing.T) {
	var screen, after bytes.Buffer
	bars := mpb.New(mpb.WithOutput(&screen), mpb.WithAutoRefresh(), mpb.WithWidth(20))
	lines := &logbook.Options{Formatter: logbook.Console(&logbook.ConsoleOptions{TimeLayout: "-"})}
	console := handlers.NewFallback(handlers.NewStream(bars, lines), handlers.NewStream(&after, lines))
	defer logbook.PushApplication(console)()

	const files = 30
	bar := bars.AddBar(files, mpb.PrependDecorators(decor.Name("copying")))
	for i := range files {
		logbook.Info("copied {file}", "file", fmt.Sprint("a", i))
		bar.Increment()
	}
	bars.Wait()
	logbook.Info("done")
	logbook.Info("bye")

	if got, want := after.String(), "INFO     Generic: done\nINFO     Generic: bye\n"; got != want {
		t.Errorf("after the bars: %q, want %q", got, want)
	}
	var records []string
	below := "" // the last line
	for line := range strings.Lines(screen.String()) {
		if strings.Contains(line, "INFO") {
			records = append(records, strings.TrimSuffix(line, "\n"))
		}
		below = line
	}
	for i := range files {
		if want := fmt.Sprint("INFO     Generic: copied a", i); i >= len(records) || records[i] != want {
			t.Fatalf("the records are %q, want %q as number %d", records, want, i)
		}
	}
	if len(records) != files || !strings.HasPrefix(below, "copying") {
		t.Errorf("%d records; below them is %q", len(records), below)
	}
}

func Example() {
	bars := mpb.New(mpb.WithOutput(os.Stderr))
	lines := &logbook.Options{Formatter: logbook.Console(handlers.ConsoleOptions(os.Stderr))}
	console := handlers.NewFallback(handlers.NewStream(bars, lines), handlers.NewConsole(nil))
	defer logbook.PushApplication(console)()

	bar := bars.AddBar(100, mpb.AppendDecorators(decor.Percentage()))
	for range 100 {
		logbook.Info("copied a file") // above the bar
		bar.Increment()
	}
	bars.Wait()
	logbook.Info("all done") // without bars, by the second handler
}
