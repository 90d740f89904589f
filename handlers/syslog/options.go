package syslog

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/logbook-go/logbook/logbook"
)

// Options configure [New]. nil is the default: the platform's syslog daemon.
type Options struct {
	Level  slog.Leveler               // lowest level taken; nil: all
	Filter func(*logbook.Record) bool // called after the processors; nil: all
	Bubble bool                       // pass handled records on to the next handler

	// Formatter makes the text after the header; nil: the message and the attributes that
	// it does not show, after the channel, if that is not in the header. If Framing ends
	// messages with a delimiter, each line of the text becomes a message with a header of
	// its own.
	Formatter logbook.Formatter

	Facility Facility // 0: FacilityUser

	// AppName is the name of the program; "": RFC 5424 has the channel in its place,
	// unless there is a Formatter, and RFC 3164 has nothing.
	AppName string

	// Address is where the messages go.
	//
	//	""                  the platform's socket: /dev/log, /var/run/syslog or /var/run/log
	//	unix:/path          a unix socket, datagram or stream
	//	udp://host:port     the default port is 514
	//	tcp://host:port     514
	//	tls://host:port     6514
	Address string

	Format  Format  // 0: RFC 5424 to a host, and otherwise RFC 3164
	Framing Framing // 0: by transport

	// StructuredData is the SD-ID under which RFC 5424 messages have the record's
	// attributes, such as "app@32473", with your enterprise number. "": no structured
	// data; the attributes are in the text.
	StructuredData string

	// MaxSize bounds a message in bytes, header included. Longer ones are cut, and end in
	// "...(cut)". 0: 8096, the limit of rsyslog; over UDP 2048 with RFC 5424 and 1024
	// with RFC 3164, as these recommend; on unix sockets 8096 on Linux, and 2048
	// elsewhere, the limit of the system. At least 480.
	MaxSize int

	// TLSConfig holds roots, client certificates and the like for tls addresses;
	// nil: the system's roots. The server's certificate is verified for the host of
	// Address, unless TLSConfig says otherwise.
	TLSConfig *tls.Config

	Timeout time.Duration // of connecting, and of each write; 0: 5 s

	// Hostname is the name of this machine in RFC 5424; "": the system's.
	Hostname string

	// Delay connects with the first record, not in New, so that the program starts even
	// without the daemon.
	Delay bool
}

// Format is the form of the messages.
type Format int8

// The formats.
const (
	// FormatAuto is RFC3164 on unix sockets, and RFC5424 over the network.
	FormatAuto Format = iota

	// RFC3164 is the format of local daemons, "<12>app:channel: text". It has neither
	// time nor host: the receiver adds its own.
	RFC3164

	// RFC5424 is "<12>1 TIME HOST APP PID - - text". The time is in UTC.
	RFC5424
)

// String returns "auto", "RFC 3164" or "RFC 5424".
func (f Format) String() string {
	switch f {
	case FormatAuto:
		return "auto"
	case RFC3164:
		return "RFC 3164"
	case RFC5424:
		return "RFC 5424"
	}
	return fmt.Sprintf("Format(%d)", int8(f))
}

// Framing is how messages are separated.
type Framing int8

// The framings.
const (
	// FramingAuto is NUL on unix sockets, OctetCounting over TLS, as RFC 5425 requires,
	// and otherwise Newline.
	FramingAuto Framing = iota

	// Newline ends each message with a newline; a line of the text is a message.
	Newline

	// NUL ends each message with a zero byte. Its text may have several lines.
	NUL

	// OctetCounting puts the length before each message, as RFC 6587 defines it for
	// streams. Its text may have several lines.
	OctetCounting
)

// String returns "auto", "newline", "NUL" or "octet counting".
func (f Framing) String() string {
	switch f {
	case FramingAuto:
		return "auto"
	case Newline:
		return "newline"
	case NUL:
		return "NUL"
	case OctetCounting:
		return "octet counting"
	}
	return fmt.Sprintf("Framing(%d)", int8(f))
}

const (
	minMaxSize     = 480  // every receiver takes this by RFC 5424
	defaultMaxSize = 8096 // rsyslog splits longer messages
)

// check returns the address of the options, or the first error in them.
func (o *Options) check() (address, error) {
	wrong := func(option, msg string) (address, error) {
		return address{}, invalid(option, errors.New(msg))
	}
	a, err := parseAddress(o.Address)
	switch {
	case err != nil:
		return address{}, invalid("Address", err)
	case a.unix() && !unixSockets():
		return address{}, invalid("Address", fmt.Errorf("unix sockets on %s: %w", runtime.GOOS, errors.ErrUnsupported))
	case !o.Facility.valid():
		return address{}, invalid("Facility", fmt.Errorf("%w %s", ErrUnknownFacility, o.Facility))
	case o.Format < FormatAuto || o.Format > RFC5424:
		return wrong("Format", "want FormatAuto, RFC3164 or RFC5424, not "+o.Format.String())
	case o.Framing < FramingAuto || o.Framing > OctetCounting:
		return wrong("Framing", "want FramingAuto, Newline, NUL or OctetCounting, not "+o.Framing.String())
	case o.Framing == OctetCounting && (a.scheme == "udp" || a.unix()):
		return wrong("Framing", "want NUL or Newline for this address: OctetCounting is for tcp and tls")
	case o.TLSConfig != nil && a.scheme != "tls":
		return wrong("TLSConfig", "want nil unless the address is tls")
	case o.StructuredData != "" && o.format(a) != RFC5424:
		return wrong("StructuredData", "want none with RFC 3164")
	case o.StructuredData != "" && !isName(o.StructuredData):
		return wrong("StructuredData", `want 1 to 32 ASCII characters without space, =, ] and "`)
	case o.Timeout < 0:
		return wrong("Timeout", "want 0 or more")
	case o.MaxSize != 0 && o.MaxSize < minMaxSize:
		return wrong("MaxSize", fmt.Sprintf("want %d or more", minMaxSize))
	}
	return a, nil
}

// invalid returns the error for an invalid option.
func invalid(option string, err error) error {
	return &logbook.OptionError{Options: "syslog.Options", Option: option, Err: err}
}

// format resolves FormatAuto.
func (o *Options) format(a address) Format {
	switch {
	case o.Format != FormatAuto:
		return o.Format
	case a.unix():
		return RFC3164
	}
	return RFC5424
}

// framing resolves FramingAuto.
func (o *Options) framing(a address) Framing {
	switch {
	case o.Framing != FramingAuto:
		return o.Framing
	case a.unix():
		return NUL
	case a.scheme == "tls":
		return OctetCounting
	}
	return Newline
}

func (o *Options) maxSize(a address) int {
	switch {
	case o.MaxSize != 0:
		return o.MaxSize
	case a.scheme == "udp" && o.format(a) == RFC3164:
		return 1024
	case a.scheme == "udp", a.unix() && runtime.GOOS != "linux": // the BSDs' limit of a datagram
		return 2048
	}
	return defaultMaxSize
}

func (o *Options) hostname() string {
	if o.Hostname != "" {
		return o.Hostname
	}
	host, err := os.Hostname()
	if err != nil {
		return "" // shown as unknown in the header
	}
	return host
}

// isName reports whether s is a valid SD-NAME of structured data.
func isName(s string) bool {
	return s != "" && len(s) <= maxName && !strings.ContainsFunc(s, func(c rune) bool { return c > '~' || !isNameByte(byte(c)) })
}
