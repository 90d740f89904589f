package logbook_test

import (
	"slices"
	"testing"

	"github.com/logbook-go/logbook/logbook"
)

// A logger without a level of its own has its group's.
func TestGroupLevel(t *testing.T) {
	follows, own, explicit := logbook.New("follows"), logbook.New("own"), logbook.New("explicit")
	group := logbook.NewLoggerGroup(follows, own, explicit)
	own.SetLevel(logbook.LevelDebug)
	explicit.SetLevel(logbook.LevelNotSet)
	group.SetLevel(logbook.LevelError)
	for log, want := range map[*logbook.Logger]logbook.Level{
		follows: logbook.LevelError, own: logbook.LevelDebug, explicit: logbook.LevelError,
	} {
		if log.Level() != want {
			t.Errorf("%s has level %v, want %v", log.Channel(), log.Level(), want)
		}
	}
	own.SetLevel(nil) // inherits again
	group.SetLevel(logbook.LevelWarn)
	if own.Level() != logbook.LevelWarn || follows.Level() != logbook.LevelWarn {
		t.Errorf("levels are %v and %v", own.Level(), follows.Level())
	}
	h := record(t)
	follows.Notice("below")
	follows.Warn("at")
	h.want(t, "at")
}

// A logger is in one group at a time, and can leave it.
func TestGroupMembership(t *testing.T) {
	log := logbook.New("member")
	a, b := logbook.NewLoggerGroup(log), logbook.NewLoggerGroup()
	a.SetLevel(logbook.LevelError)
	h := record(t)
	log.Info("in a")
	b.Add(log)
	if log.Group() != b {
		t.Error("the logger is not in the group it was added to")
	}
	a.SetLevel(logbook.LevelCritical)
	log.Info("in b")
	a.Remove(log) // not in a
	if log.Group() != b {
		t.Error("a group removed a logger of another one")
	}
	b.Remove(log)
	b.Disable(true)
	if log.Group() != nil || log.Disabled() {
		t.Errorf("after Remove: group %v, disabled %v", log.Group(), log.Disabled())
	}
	log.Info("alone")
	h.want(t, "in b", "alone")
}

// The group's level and processor apply to the records of members.
func TestGroupProcessor(t *testing.T) {
	group := logbook.NewLoggerGroup()
	group.SetLevel(logbook.LevelError)
	group.SetProcessor(func(r *logbook.Record) { r.Set("foo", "bar") })
	log := logbook.NewLogger("testlogger", &logbook.LoggerOptions{Group: group})
	h := record(t)
	log.Warn("A warning")
	log.Error("An error")
	h.want(t, "An error")
	if got := h.last(t).Text("foo"); got != "bar" {
		t.Errorf("foo is %q", got)
	}
	group.SetProcessor(nil)
	log.Error("Another")
	if got := h.last(t).Text("foo"); got != "" {
		t.Errorf("foo is %q without the processor", got)
	}
}

// The group's processor runs first, then the bound processors, then the logger's.
func TestProcessorOrder(t *testing.T) {
	var order []string
	step := func(name string) logbook.Processor {
		return func(*logbook.Record) { order = append(order, name) }
	}
	group := logbook.NewLoggerGroup()
	group.SetProcessor(step("group"))
	log := logbook.NewLogger("order", &logbook.LoggerOptions{Group: group, Processor: step("logger")})
	record(t, step("outer"), step("inner"))
	log.Info("x")
	if want := []string{"group", "inner", "outer", "logger"}; !slices.Equal(order, want) {
		t.Errorf("order is %q, want %q", order, want)
	}
}

// A disabled group silences its members, except those that were enabled since; with
// force, all. Members that were disabled by force are enabled only by force.
func TestGroupDisable(t *testing.T) {
	one, two := logbook.New("one"), logbook.New("two")
	group := logbook.NewLoggerGroup(one, two)
	h := record(t)
	check := func(step string, want ...string) {
		t.Helper()
		h.records = nil
		one.Warn("one")
		two.Warn("two")
		if got := h.messages(); !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", step, got, want)
		}
	}
	group.Disable(false)
	check("group disabled")
	group.Enable(false)
	check("group enabled", "one", "two")
	group.Disable(false)
	if err := one.Enable(); err != nil {
		t.Fatal(err)
	}
	check("one enabled itself", "one")
	group.Disable(true)
	check("disabled by force")
	group.Enable(false)
	if !one.Disabled() {
		t.Error("Enable without force enabled a member that was disabled by force")
	}
	group.Enable(true)
	check("enabled by force", "one", "two")
}

// Disable does not affect loggers with an Enabled function, even with force.
func TestGroupLeavesComputedLoggersAlone(t *testing.T) {
	on := true
	group := logbook.NewLoggerGroup()
	log := logbook.NewLogger("computed", &logbook.LoggerOptions{Group: group, Enabled: func() bool { return on }})
	h := record(t)
	group.Disable(true)
	log.Info("1")
	on = false
	group.Enable(true)
	log.Info("2")
	h.want(t, "1")
}
