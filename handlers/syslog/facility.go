package syslog

import (
	"errors"
	"fmt"
	"strings"
)

// Facility is the kind of program that a message comes from. Syslog daemons sort messages
// by it. The zero value is [FacilityUser].
type Facility int8

// The facilities of Logbook. Most daemons take FacilityKern only from the kernel.
const (
	FacilityUser Facility = iota // programs of users
	FacilityKern
	FacilityMail
	FacilityDaemon // services without a facility of their own
	FacilityAuth
	FacilitySyslog
	FacilityLPR
	FacilityNews
	FacilityUUCP
	FacilityCron
	FacilityAuthPriv
	FacilityFTP
	FacilityLocal0 // to FacilityLocal7: for local use
	FacilityLocal1
	FacilityLocal2
	FacilityLocal3
	FacilityLocal4
	FacilityLocal5
	FacilityLocal6
	FacilityLocal7
)

// facilities holds the names and the numbers on the wire, by Facility.
var facilities = [...]struct {
	name string
	code int
}{
	{"user", 1}, {"kern", 0}, {"mail", 2}, {"daemon", 3}, {"auth", 4}, {"syslog", 5},
	{"lpr", 6}, {"news", 7}, {"uucp", 8}, {"cron", 9}, {"authpriv", 10}, {"ftp", 11},
	{"local0", 16}, {"local1", 17}, {"local2", 18}, {"local3", 19},
	{"local4", 20}, {"local5", 21}, {"local6", 22}, {"local7", 23},
}

// ErrUnknownFacility is wrapped by the error of [ParseFacility].
var ErrUnknownFacility = errors.New("unknown facility")

// ParseFacility parses the name of a facility, such as "user" or "local0", in any case.
// Its error wraps [ErrUnknownFacility] and has the name.
func ParseFacility(s string) (Facility, error) {
	for f := range facilities {
		if strings.EqualFold(s, facilities[f].name) {
			return Facility(f), nil
		}
	}
	return 0, fmt.Errorf("syslog: %w %q (known: kern, user, mail, daemon, auth, syslog, lpr, news, uucp, cron, authpriv, ftp, local0 to local7)", ErrUnknownFacility, s)
}

func (f Facility) valid() bool { return f >= 0 && int(f) < len(facilities) }

// Code returns the facility's number on the wire: 1 for FacilityUser; -1 for an invalid
// value.
func (f Facility) Code() int {
	if !f.valid() {
		return -1
	}
	return facilities[f].code
}

// String returns the facility's name in lower case.
func (f Facility) String() string {
	if !f.valid() {
		return fmt.Sprintf("Facility(%d)", int8(f))
	}
	return facilities[f].name
}

// MarshalText returns the facility's name.
func (f Facility) MarshalText() ([]byte, error) {
	if !f.valid() {
		return nil, fmt.Errorf("syslog: %w %s", ErrUnknownFacility, f)
	}
	return []byte(f.String()), nil
}

// UnmarshalText parses a name as [ParseFacility] does.
func (f *Facility) UnmarshalText(text []byte) error {
	v, err := ParseFacility(string(text))
	if err == nil {
		*f = v
	}
	return err
}
