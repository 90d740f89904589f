//go:build desktop

package desktop_test

import (
	"bufio"
	"cmp"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"github.com/logbook-go/logbook/handlers/desktop"
	"github.com/logbook-go/logbook/logbook"
)

// run starts a program that runs until the test ends.
func run(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // it may have ended already
		_ = cmd.Wait()         // the error is that it was killed
	})
}

// startDisplay starts an X server without a screen, and returns the name of its
// display.
func startDisplay(t *testing.T) string {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	cmd := exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", "640x480x24", "-nolisten", "tcp")
	cmd.ExtraFiles = []*os.File{w}
	run(t, cmd)
	w.Close()
	if err := r.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return ":" + strings.TrimSpace(line)
}

// dunstConfig has a different timeout for each urgency.
const dunstConfig = `[global]
history_length = 50
markup = MARKUP
[urgency_low]
timeout = 11
[urgency_normal]
timeout = 22
[urgency_critical]
timeout = 33
`

// startDunst starts the notification daemon, and waits until it answers.
func startDunst(t *testing.T, conn *dbus.Conn, address, markup string) {
	t.Helper()
	if err := conn.AddMatchSignal(dbus.WithMatchMember("NameOwnerChanged"), dbus.WithMatchArg(0, "org.freedesktop.Notifications")); err != nil {
		t.Fatal(err)
	}
	changed := make(chan *dbus.Signal, 10)
	conn.Signal(changed)
	defer conn.RemoveSignal(changed)
	home := t.TempDir()
	config := filepath.Join(home, "dunstrc")
	if err := os.WriteFile(config, []byte(strings.Replace(dunstConfig, "MARKUP", markup, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("dunst", "-conf", config)
	cmd.Env = append(os.Environ(), "DISPLAY="+startDisplay(t), "DBUS_SESSION_BUS_ADDRESS="+address, "HOME="+home)
	run(t, cmd)
	select {
	case <-changed:
	case <-time.After(patience):
		t.Fatal("dunst does not come")
	}
}

// entry is a notification in the history of dunst.
type entry struct {
	App, Title string
	Shown      string        // title and text, as markup
	Timeout    time.Duration // 0: never
}

// history closes all notifications, and returns them, the oldest first.
func history(t *testing.T, conn *dbus.Conn) (entries []entry) {
	t.Helper()
	dunst := conn.Object("org.freedesktop.Notifications", "/org/freedesktop/Notifications")
	if err := dunst.Call("org.dunstproject.cmd0.NotificationCloseAll", 0).Err; err != nil {
		t.Fatal(err)
	}
	var all []map[string]dbus.Variant
	if err := dunst.Call("org.dunstproject.cmd0.NotificationListHistory", 0).Store(&all); err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(all, func(a, b map[string]dbus.Variant) int {
		x, _ := a["id"].Value().(int32)
		y, _ := b["id"].Value().(int32)
		return cmp.Compare(x, y)
	})
	text := func(v dbus.Variant) string { s, _ := v.Value().(string); return s }
	for _, n := range all {
		microseconds, _ := n["timeout"].Value().(int64)
		entries = append(entries, entry{
			text(n["appname"]), text(n["summary"]), text(n["message"]), time.Duration(microseconds) * time.Microsecond,
		})
	}
	return entries
}

// A real notification daemon shows records, with markup and without.
func TestDunst(t *testing.T) {
	for _, markup := range []string{"full", "no"} {
		t.Run(markup, func(t *testing.T) {
			address, _ := startBus(t)
			conn := connect(t, address)
			startDunst(t, conn, address, markup)
			h, err := desktop.New("My App", &desktop.Options{Expiry: func(r *logbook.Record) time.Duration {
				switch r.Message() {
				case "a minute":
					return time.Minute
				case "never":
					return desktop.NeverExpires
				}
				return desktop.DefaultExpiry
			}})
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range []*logbook.Record{
				record(logbook.LevelInfo, "Hello, <b>World</b> & you"),
				record(logbook.LevelNotice, "Grüße\nzwei"),
				record(logbook.LevelError, "Calculation failed for job-7"),
				record(logbook.LevelError, "a minute"),
				record(logbook.LevelError, "never"),
			} {
				if err := h.Handle(r); err != nil {
					t.Fatal(err)
				}
			}
			want := []entry{
				{"My App", "app.web: Info", "<b>app.web: Info</b>\nHello, &lt;b&gt;World&lt;/b&gt; &amp; you", 11 * time.Second},
				{"My App", "app.web: Notice", "<b>app.web: Notice</b>\nGrüße\nzwei", 22 * time.Second},
				{"My App", "app.web: Error", "<b>app.web: Error</b>\nCalculation failed for job-7", 33 * time.Second},
				{"My App", "app.web: Error", "<b>app.web: Error</b>\na minute", time.Minute},
				{"My App", "app.web: Error", "<b>app.web: Error</b>\nnever", 0},
			}
			if got := history(t, conn); !slices.Equal(got, want) {
				t.Errorf("got  %+v\nwant %+v", got, want)
			}
			if err := h.Close(t.Context()); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// With Replace, the daemon has one notification, whatever was logged.
func TestDunstReplaces(t *testing.T) {
	address, _ := startBus(t)
	conn := connect(t, address)
	startDunst(t, conn, address, "full")
	h, err := desktop.New("My App", &desktop.Options{Replace: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"one", "two", "three"} {
		if err := h.Handle(record(logbook.LevelError, text)); err != nil {
			t.Fatal(err)
		}
	}
	if got := history(t, conn); len(got) != 1 || got[0].Shown != "<b>app.web: Error</b>\nthree" {
		t.Errorf("got %+v", got)
	}
	if err := h.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
}
