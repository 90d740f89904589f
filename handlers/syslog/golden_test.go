package syslog_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/handlers/syslog"
	"github.com/logbook-go/logbook/logbook"
)

// golden returns the datagrams that Python's Logbook sent, by scenario.
func golden(t *testing.T) map[string][]string {
	t.Helper()
	data, err := os.ReadFile("testdata/datagrams.json")
	if err != nil {
		t.Fatal(err)
	}
	var scenarios map[string][]string
	if err := json.Unmarshal(data, &scenarios); err != nil {
		t.Fatal(err)
	}
	return scenarios
}

// logbookFormat is Logbook's default format string, with its raw newlines and
// zero bytes, and its traceback.
var logbookFormat = logbook.FormatterFunc(func(r *logbook.Record) string {
	text := r.Channel()
	if text == "" {
		text = "None"
	}
	return text + ": " + r.Message()
})

var goldenLevels = []logbook.Level{
	logbook.LevelCritical, logbook.LevelError, logbook.LevelWarn, logbook.LevelNotice,
	logbook.LevelInfo, logbook.LevelDebug, logbook.LevelTrace, logbook.LevelNotSet,
}

// goldenRecords are the records that Logbook logged. all_levels has one of each level,
// the others are special cases.
func goldenRecords(scenario string) (rs []*logbook.Record) {
	if strings.HasSuffix(scenario, "/all_levels") {
		for _, l := range goldenLevels {
			rs = append(rs, sample(l, strings.ToLower(l.String())+" message"))
		}
		return rs
	}
	at := func(seconds, micros int) time.Time {
		return time.Date(2024, 2, 29, 13, 37, seconds, micros*1000, time.UTC)
	}
	for _, d := range []logbook.RecordData{
		{Time: at(42, 123456), Level: logbook.LevelError, Channel: "app.web", Message: "line 1\nline 2\n\nline 4"},
		{Time: at(44, 100), Level: logbook.LevelError, Channel: "app.web", Message: "Uncaught exception occurred\n" +
			"Traceback (most recent call last):\n  File \"/srv/logbook/samples/gen/common.py\", line 114, in r10_exc_no_args\n    raise KeyError(\"missing\")\nKeyError: 'missing'"},
		{Time: at(42, 0), Level: logbook.LevelInfo, Channel: "app.web", Message: "Größe NUL[\x00]end"},
		{Time: at(42, 0), Level: logbook.LevelInfo, Message: "no channel"},
	} {
		d.PID = 4242
		rs = append(rs, logbook.NewRecord(d))
	}
	return rs
}

// The messages are Logbook's, byte for byte, except for TRACE and NOTSET, whose severity
// is wrong there.
func TestGolden(t *testing.T) {
	scenarios := map[string]syslog.Options{
		"unix_dgram/no_app/all_levels":                 {},
		"unix_dgram/no_app/multi":                      {Formatter: logbookFormat},
		"unix_dgram/app/all_levels":                    {AppName: "myapp"},
		"unix_dgram/app/multi":                         {AppName: "myapp", Formatter: logbookFormat},
		"unix_dgram/app_local0/all_levels":             {AppName: "myapp", Facility: syslog.FacilityLocal0},
		"unix_dgram/app_local0/multi":                  {AppName: "myapp", Facility: syslog.FacilityLocal0, Formatter: logbookFormat},
		"unix_dgram/app_delim_newline/all_levels":      {AppName: "myapp", Framing: syslog.Newline},
		"unix_dgram/app_delim_newline/multi":           {AppName: "myapp", Framing: syslog.Newline, Formatter: logbookFormat},
		"unix_dgram/app_delim_empty_format/all_levels": {AppName: "myapp", Formatter: logbook.MustFormat("{record.message}")},
		"unix_dgram/app_delim_empty_format/multi":      {AppName: "myapp", Formatter: logbook.FormatterFunc((*logbook.Record).Message)},
		"udp/no_app/all_levels":                        {},
		"udp/app/all_levels":                           {AppName: "myapp"},
		"udp/app/multi":                                {AppName: "myapp", Formatter: logbookFormat},
		"udp/app_facility_daemon/all_levels":           {AppName: "myapp", Facility: syslog.FacilityDaemon},
		"udp/app_facility_daemon/multi":                {AppName: "myapp", Facility: syslog.FacilityDaemon, Formatter: logbookFormat},
		"udp/custom_format/all_levels":                 {Formatter: logbook.MustFormat("{record.level_name} {record.message}")},
		"udp/custom_format/multi": {Formatter: logbook.FormatterFunc(func(r *logbook.Record) string {
			return r.Level().String() + " " + r.Message()
		})},
		"udp/delim_nul/all_levels": {AppName: "myapp", Framing: syslog.NUL},
		"udp/delim_nul/multi":      {AppName: "myapp", Framing: syslog.NUL, Formatter: logbookFormat},
	}
	all := golden(t)
	for name, o := range scenarios {
		t.Run(name, func(t *testing.T) {
			server := startUDP(t)
			if strings.HasPrefix(name, "unix") {
				server = startUnixgram(t, socketPath(t))
			}
			o.Address = server.address
			h := newHandler(t, o)
			want := all[name]
			if len(want) == 0 {
				t.Fatal("there is no such sample")
			}
			for _, r := range goldenRecords(name) {
				handle(t, h, r)
			}
			for _, w := range want {
				if got := server.receive(t); got != corrected(w) {
					t.Errorf("got  %q\nwant %q", got, corrected(w))
				}
			}
		})
	}
}

// corrected gives a sample of TRACE or NOTSET its severity: debug instead of
// warning, which is 3 less.
func corrected(datagram string) string {
	if !strings.Contains(datagram, "trace message") && !strings.Contains(datagram, "notset message") {
		return datagram
	}
	for wrong, right := range map[string]string{"<12>": "<15>", "<132>": "<135>", "<28>": "<31>"} {
		if rest, ok := strings.CutPrefix(datagram, wrong); ok {
			return right + rest
		}
	}
	return datagram
}

// The samples of streams are those of datagrams in a row.
func TestGoldenStreams(t *testing.T) {
	all := golden(t)
	for name, network := range map[string]string{"unix_stream/app": "unix", "tcp/app": "tcp"} {
		t.Run(name, func(t *testing.T) {
			address := "127.0.0.1:0"
			end := "\n"
			if network == "unix" {
				address, end = socketPath(t), "\x00"
			}
			server := startStream(t, network, address)
			h := newHandler(t, syslog.Options{Address: server.address, AppName: "myapp", Formatter: logbookFormat})
			for _, r := range slices.Concat(goldenRecords("/all_levels"), goldenRecords("/multi")) {
				handle(t, h, r)
			}
			p := server.accept(t)
			for _, want := range strings.SplitAfter(strings.Join(all[name], ""), end) {
				if want == "" {
					continue
				}
				if got := p.receive(t, end); got != corrected(want) {
					t.Errorf("got  %q\nwant %q", got, corrected(want))
				}
			}
		})
	}
}

// Logbook writes a time with a zone as "15:37+02:00Z".
func TestTimes(t *testing.T) {
	server := startUDP(t)
	h := newHandler(t, syslog.Options{Address: server.address, AppName: "myapp"})
	day := func(hour, nanos int, zone *time.Location) time.Time {
		return time.Date(2024, 2, 29, hour, 37, 42, nanos, zone)
	}
	for _, tt := range []struct {
		time time.Time
		want string
	}{
		{day(15, 5e6, time.FixedZone("", 2*3600)), "2024-02-29T13:37:42.005000Z"},
		{day(23, 0, time.FixedZone("", -3*3600)), "2024-03-01T02:37:42Z"},
		{day(13, 123456789, time.UTC), "2024-02-29T13:37:42.123456Z"},
		{day(13, 999, time.UTC), "2024-02-29T13:37:42Z"},
		{time.Date(20000, 1, 1, 0, 0, 0, 0, time.UTC), "-"},
		{time.Time{}, "-"},
	} {
		handle(t, h, logbook.NewRecord(logbook.RecordData{Time: tt.time, Channel: "app.web", Message: "aware time", PID: 4242}))
		want := "<14>1 " + tt.want + " host.example myapp 4242 - - app.web: aware time\n"
		if got := server.receive(t); got != want {
			t.Errorf("%v: got %q, want %q", tt.time, got, want)
		}
	}
}

// Priorities are Logbook's, except for TRACE and NOTSET.
func TestPriorities(t *testing.T) {
	data, err := os.ReadFile("testdata/priorities.json")
	if err != nil {
		t.Fatal(err)
	}
	var priorities map[string]int
	if err := json.Unmarshal(data, &priorities); err != nil {
		t.Fatal(err)
	}
	server := startUnixgram(t, socketPath(t))
	facilities := make(map[syslog.Facility]bool)
	for name, want := range priorities {
		facility, levelName, _ := strings.Cut(name, ".")
		f, err := syslog.ParseFacility(facility)
		if err != nil {
			t.Fatal(err)
		}
		level, err := logbook.ParseLevel(levelName)
		if err != nil {
			t.Fatal(err)
		}
		if level == logbook.LevelTrace || level == logbook.LevelNotSet {
			want += 3
		}
		facilities[f] = true
		if got := priority(t, server, f, level); got != want {
			t.Errorf("%s: priority %d, want %d", name, got, want)
		}
	}
	if len(facilities) != 20 {
		t.Errorf("%d facilities", len(facilities))
	}
	for level, want := range map[logbook.Level]int{
		-100: 15, logbook.LevelTrace + 1: 15, logbook.LevelInfo - 1: 15, logbook.LevelSuccess: 13, logbook.LevelNotice + 1: 13,
		logbook.LevelWarn + 3: 12, logbook.LevelError + 3: 11, 127: 10,
	} {
		if got := priority(t, server, syslog.FacilityUser, level); got != want {
			t.Errorf("%v: priority %d, want %d", level, got, want)
		}
	}
}

// priority returns the priority of a record's message.
func priority(t *testing.T, server *datagramServer, f syslog.Facility, l logbook.Level) (n int) {
	t.Helper()
	h := newHandler(t, syslog.Options{Address: server.address, Facility: f})
	handle(t, h, sample(l, "text"))
	if _, err := fmt.Sscanf(server.receive(t), "<%d>", &n); err != nil {
		t.Fatal(err)
	}
	return n
}
