package syslog

import (
	"errors"
	"fmt"
	"strings"
)

// Facility says what kind of program a message comes from. A syslog daemon sorts
// messages by it. The zero value is [FacilityUser].
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
	FacilityLocal0 // to FacilityLocal7: free for use on a site
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

// ParseFacility reads the name of a facility in any case: "user", "local0". Its
// error wraps [ErrUnknownFacility] and names what it was given.
func ParseFacility(s string) (Facility, error) {
	for f := range facilities {
		if strings.EqualFold(s, facilities[f].name) {
			return Facility(f), nil
		}
	}
	return 0, fmt.Errorf("syslog: %w %q (known: kern, user, mail, daemon, auth, syslog, lpr, news, uucp, cron, authpriv, ftp, local0 to local7)", ErrUnknownFacility, s)
}

func (f Facility) valid() bool { return f >= 0 && int(f) < len(facilities) }

// Code returns the facility's number on the wire: 1 for FacilityUser; -1 for a
// value that is no facility.
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

// UnmarshalText reads what [ParseFacility] reads.
func (f *Facility) UnmarshalText(text []byte) error {
	v, err := ParseFacility(string(text))
	if err == nil {
		*f = v
	}
	return err
}
