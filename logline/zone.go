package logline

import "time"

// zoneQuarters has the offsets of zones by their abbreviations, in quarters of an hour. Of
// those with several meanings it has the commonest.
var zoneQuarters = map[string]int{
	"UTC": 0, "GMT": 0, "WET": 0, "WEST": 4, "BST": 4, "IST": 22, "CET": 4, "CEST": 8, "MEZ": 4, "MESZ": 8,
	"EET": 8, "EEST": 12, "MSK": 12, "SAST": 8, "PKT": 20, "HKT": 32, "SGT": 32, "JST": 36, "KST": 36,
	"AWST": 32, "ACST": 38, "ACDT": 42, "AEST": 40, "AEDT": 44, "NZST": 48, "NZDT": 52,
	"NST": -14, "NDT": -10, "AST": -16, "ADT": -12, "EST": -20, "EDT": -16, "CST": -24, "CDT": -20,
	"MST": -28, "MDT": -24, "PST": -32, "PDT": -28, "AKST": -36, "AKDT": -32, "HST": -40,
}

// namedZone parses " CEST" at the start of s. The meaning that the location of now has is
// preferred. For an unknown abbreviation, loc is nil.
func (p *parser) namedZone(s string) (loc *time.Location, name string) {
	if len(s) < 4 || s[0] != ' ' {
		return nil, ""
	}
	n := 1
	for n < len(s) && n < 7 && isUpper(s[n]) {
		n++
	}
	name = s[1:n]
	if len(name) < 3 || len(name) > 5 || n < len(s) && isLower(s[n]) {
		return nil, ""
	}
	for _, t := range []time.Time{p.now, p.now.AddDate(0, 6, 0)} {
		if have, offset := t.Zone(); have == name {
			return time.FixedZone(name, offset), name
		}
	}
	if q, ok := zoneQuarters[name]; ok {
		if q == 0 {
			return time.UTC, name
		}
		return time.FixedZone(name, q*15*60), name
	}
	return nil, name
}

// inZone returns the time of day and date of t in loc.
func inZone(t time.Time, loc *time.Location) time.Time {
	y, mo, d := t.Date()
	h, m, s := t.Clock()
	return time.Date(y, mo, d, h, m, s, t.Nanosecond(), loc)
}

// zonedStamp is isoStamp with the abbreviation of a zone, which it adds as an attribute if
// it is not known.
func (p *parser) zonedStamp(l *Line, s string) (rest string, ok bool) {
	st, ok := p.isoStamp(s)
	if !ok || !stampEnds(s[st.len:]) {
		return s, false
	}
	l.Time = st.time
	rest = s[st.len:]
	if loc, name := p.namedZone(rest); name != "" {
		if _, _, isLevel := levelWord(rest[1:]); isLevel {
			return rest, true
		}
		if loc != nil {
			l.Time = inZone(st.time, loc)
		} else {
			l.attr("zone", name)
		}
		rest = rest[1+len(name):]
	}
	return rest, true
}
