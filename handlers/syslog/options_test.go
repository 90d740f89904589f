package syslog_test

import (
	"crypto/tls"
	"encoding/json"
	"errors"
	"io/fs"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/handlers/syslog"
	"github.com/logbook-go/logbook/logbook"
)

func TestWrongOptions(t *testing.T) {
	for _, tt := range []struct {
		o    syslog.Options
		want string // the option
	}{
		{syslog.Options{Address: "loghost"}, "Address"},
		{syslog.Options{Address: "unix:"}, "Address"},
		{syslog.Options{Address: "unix:/a\x00b"}, "Address"},
		{syslog.Options{Address: "http://loghost"}, "Address"},
		{syslog.Options{Address: "udp://"}, "Address"},
		{syslog.Options{Address: "udp://:514"}, "Address"},
		{syslog.Options{Address: "udp://loghost:0"}, "Address"},
		{syslog.Options{Address: "udp://loghost:65536"}, "Address"},
		{syslog.Options{Address: "udp://loghost:syslog"}, "Address"},
		{syslog.Options{Address: "tcp://user:secret@loghost"}, "Address"},
		{syslog.Options{Address: "tcp://loghost/secret"}, "Address"},
		{syslog.Options{Address: "tcp://log host"}, "Address"},
		{syslog.Options{Address: "tcp://::1"}, "Address"},
		{syslog.Options{Facility: -1}, "Facility"},
		{syslog.Options{Facility: 20}, "Facility"},
		{syslog.Options{Format: 3}, "Format"},
		{syslog.Options{Format: -1}, "Format"},
		{syslog.Options{Framing: 4}, "Framing"},
		{syslog.Options{Framing: syslog.OctetCounting, Address: udp}, "Framing"},
		{syslog.Options{Framing: syslog.OctetCounting, Address: unixSocket}, "Framing"},
		{syslog.Options{TLSConfig: new(tls.Config), Address: tcp}, "TLSConfig"},
		{syslog.Options{StructuredData: "app@1", Address: unixSocket}, "StructuredData"},
		{syslog.Options{StructuredData: "app@1", Address: tcp, Format: syslog.RFC3164}, "StructuredData"},
		{syslog.Options{StructuredData: "a b", Address: tcp}, "StructuredData"},
		{syslog.Options{StructuredData: "ä", Address: tcp}, "StructuredData"},
		{syslog.Options{StructuredData: strings.Repeat("a", 33), Address: tcp}, "StructuredData"},
		{syslog.Options{Timeout: -1}, "Timeout"},
		{syslog.Options{MaxSize: -1}, "MaxSize"},
		{syslog.Options{MaxSize: 479}, "MaxSize"},
	} {
		_, err := syslog.New(&tt.o)
		var wrong *logbook.OptionError
		if !errors.As(err, &wrong) || wrong.Option != tt.want {
			t.Errorf("%+v: %v, want an error of %s", tt.o, err, tt.want)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%v contains a secret", err)
		}
	}
}

func TestAddresses(t *testing.T) {
	for address, want := range map[string]string{
		"unix:/nowhere/log":     "unix:/nowhere/log",
		"unix:///nowhere/log":   "unix:/nowhere/log",
		"tcp://127.0.0.1:1":     "tcp://127.0.0.1:1",
		"tls://127.0.0.1:1":     "tls://127.0.0.1:1",
		"tcp://host.invalid":    "tcp://host.invalid:514",
		"tls://host.invalid":    "tls://host.invalid:6514",
		"tcp://[::ffff:0:0]:1":  "tcp://[::ffff:0:0]:1",
		"tls://[::1%nowhere]":   "tls://[::1%nowhere]:6514",
		"udp://host.invalid":    "udp://host.invalid:514",
		"udp://host.invalid:99": "udp://host.invalid:99",
	} {
		_, err := syslog.New(&syslog.Options{Address: address})
		if e := asError(t, err); e.Address != want || e.Op != "connect" {
			t.Errorf("%s: %v, want an error of %s", address, err, want)
		}
		h, err := syslog.New(&syslog.Options{Address: address, Delay: true})
		if err != nil {
			t.Errorf("%s, delayed: %v", address, err)
			continue
		}
		if err := h.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

// The address "" is the first socket of the platform that exists.
func TestPlatformSocket(t *testing.T) {
	one, two := socketPath(t), socketPath(t)
	defer syslog.SetPlatformSockets(one, two)()
	_, err := syslog.New(nil)
	if e := asError(t, err); !errors.Is(err, fs.ErrNotExist) || e.Address != "unix:"+one+","+two || !e.Retry.IsZero() {
		t.Errorf("no socket: %v", err)
	}
	server := startUnixgram(t, two)
	handle(t, newHandler(t, syslog.Options{}), sample(logbook.LevelWarn, "text"))
	if got := server.receive(t); got != "<12>app.web: text\x00" {
		t.Errorf("got %q", got)
	}

	h, err := syslog.NewSystem("Testing", &logbook.Options{Level: logbook.LevelWarn, Bubble: true})
	if err != nil {
		t.Fatal(err)
	}
	handle(t, h, sample(logbook.LevelWarn, "text"))
	if got := server.receive(t); got != "<12>Testing:app.web: text\x00" {
		t.Errorf("got %q", got)
	}
	if b := h.Binding(); b.Level != logbook.LevelWarn || !b.Bubble {
		t.Errorf("binding %+v", b)
	}
	if err := logbook.Close(t.Context(), h); err != nil {
		t.Error(err)
	}
	_ = server.Close()
	if h, err := syslog.NewSystem("Testing", nil); err == nil || h != nil {
		t.Errorf("a handler without a daemon: %v, %v", h, err)
	}
}

// A relative socket path starts at the current directory of New, even if the program
// changes it later.
func TestRelativeSocket(t *testing.T) {
	path := socketPath(t)
	server := startUnixgram(t, path)
	t.Chdir(filepath.Dir(path))
	h := newHandler(t, syslog.Options{Address: "unix:" + filepath.Base(path), Delay: true})
	t.Chdir(t.TempDir())
	handle(t, h, sample(logbook.LevelWarn, "text"))
	if got := server.receive(t); got != "<12>app.web: text\x00" {
		t.Errorf("got %q", got)
	}
}

func TestFacilities(t *testing.T) {
	for name, f := range map[string]syslog.Facility{
		"user": 0, "KERN": syslog.FacilityKern, "AuthPriv": syslog.FacilityAuthPriv, "local7": syslog.FacilityLocal7,
	} {
		got, err := syslog.ParseFacility(name)
		if err != nil || got != f || got.String() != strings.ToLower(name) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	for _, name := range []string{"", "local8", "1"} {
		if _, err := syslog.ParseFacility(name); !errors.Is(err, syslog.ErrUnknownFacility) {
			t.Errorf("%q: %v", name, err)
		}
	}
	var f syslog.Facility
	if err := json.Unmarshal([]byte(`"daemon"`), &f); err != nil || f != syslog.FacilityDaemon {
		t.Errorf("unmarshalled %v, %v", f, err)
	}
	if err := json.Unmarshal([]byte(`"daemons"`), &f); !errors.Is(err, syslog.ErrUnknownFacility) || f != syslog.FacilityDaemon {
		t.Errorf("unmarshalled %v, %v", f, err)
	}
	if b, err := json.Marshal(syslog.FacilityLocal0); err != nil || string(b) != `"local0"` {
		t.Errorf("marshalled %s, %v", b, err)
	}
	for _, wrong := range []syslog.Facility{-1, 20} {
		if _, err := wrong.MarshalText(); !errors.Is(err, syslog.ErrUnknownFacility) || wrong.Code() != -1 {
			t.Errorf("%v: %v, code %d", wrong, err, wrong.Code())
		}
	}
}

func TestNames(t *testing.T) {
	for got, want := range map[string]string{
		syslog.FormatAuto.String(): "auto", syslog.RFC3164.String(): "RFC 3164", syslog.RFC5424.String(): "RFC 5424", syslog.Format(9).String(): "Format(9)",
		syslog.FramingAuto.String() + "": "auto", syslog.Newline.String(): "newline", syslog.NUL.String(): "NUL", syslog.OctetCounting.String(): "octet counting",
		syslog.Framing(9).String(): "Framing(9)",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestBinding(t *testing.T) {
	withCaller := logbook.MustFormat("{record.lineno}")
	for _, tt := range []struct {
		o    syslog.Options
		want bool
	}{
		{syslog.Options{}, true},
		{syslog.Options{Formatter: withCaller}, false},
		{syslog.Options{Filter: func(*logbook.Record) bool { return true }}, false},
	} {
		tt.o.Address, tt.o.Delay = udp, true
		h := newHandler(t, tt.o)
		if got := h.Binding().NoCaller; got != tt.want {
			t.Errorf("%+v: NoCaller %v", tt.o, got)
		}
	}
}

// The options structs begin with the fields of logbook.Options.
func TestCommonOptions(t *testing.T) {
	common := reflect.TypeFor[logbook.Options]()
	for _, o := range []reflect.Type{reflect.TypeFor[syslog.Options](), reflect.TypeFor[syslog.JournalOptions]()} {
		for i := range common.NumField() {
			want, got := common.Field(i), o.Field(i)
			if got.Name != want.Name || got.Type != want.Type {
				t.Errorf("field %d of %v is %s %v, want %s %v", i, o, got.Name, got.Type, want.Name, want.Type)
			}
		}
	}
}
