package pyformat

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// MaxWidth is the greatest width and precision, so that a few digits cannot make a log
// line of a gigabyte.
const MaxWidth = 4096

// Spec is a format spec. It is made by [ParseSpec] and immutable. The zero Spec is not
// the empty spec, since its precision is 0.
type Spec struct {
	Fill      rune   // 0 for a blank, or for '0' with Zero
	Align     byte   // '<', '>', '^', '=', or 0: numbers right, others left
	Sign      byte   // '+', '-', ' ', or 0
	Alt       bool   // '#'
	Zero      bool   // '0' before the width, and no Fill
	Width     int    // minimum, in runes
	Group     byte   // ',', '_', or 0
	Precision int    // -1 if none
	Verb      byte   // 0 for the default of the value's type
	Layout    string // layout of times: the complete spec if it contains %

	timeOnly bool // the spec is only valid as a layout of times
}

var noSpec = Spec{Precision: -1}

// IsZero reports whether s is nil or the empty spec.
func (s *Spec) IsZero() bool { return s == nil || *s == noSpec }

const (
	verbs      = "s" + intVerbs + floatVerbs + "%"
	intVerbs   = "dboxXcn"
	floatVerbs = "eEfFgG"
)

func hasVerb(set string, verb byte) bool { return strings.IndexByte(set, verb) >= 0 }

// ParseSpec parses a spec, the part after a field's colon. Its error is a
// [*SyntaxError]. A spec outside the grammar that contains % is a layout of times. A
// spec that is invalid for every type is an error.
func ParseSpec(s string) (Spec, error) {
	spec, err := parseSpec(s)
	if err != nil {
		return noSpec, err
	}
	return spec, nil
}

func parseSpec(s string) (Spec, *SyntaxError) {
	spec, err := parseGrammar(s)
	if strings.IndexByte(s, '%') < 0 {
		return spec, err
	}
	if err != nil {
		spec = noSpec
		spec.timeOnly = true
	}
	spec.Layout = s
	return spec, nil
}

func parseGrammar(s string) (Spec, *SyntaxError) {
	spec, pos := noSpec, 0
	fail := func(msg string) (Spec, *SyntaxError) {
		return noSpec, &SyntaxError{Source: s, Offset: pos, Msg: msg}
	}
	// take consumes the next byte if it is in set.
	take := func(set string) byte {
		if pos < len(s) && strings.IndexByte(set, s[pos]) >= 0 {
			pos++
			return s[pos-1]
		}
		return 0
	}
	const aligns = "<>^="
	if fill, n := utf8.DecodeRuneInString(s); n < len(s) && strings.IndexByte(aligns, s[n]) >= 0 {
		spec.Fill, spec.Align, pos = fill, s[n], n+1
	} else {
		spec.Align = take(aligns)
	}
	spec.Sign = take("+- ")
	spec.Alt = take("#") != 0
	if spec.Fill == 0 {
		spec.Zero = take("0") != 0
	}
	number := func() (value int, ok bool) {
		start := pos
		for take("0123456789") != 0 {
			value = min(value*10+int(s[pos-1]-'0'), MaxWidth+1)
		}
		if value > MaxWidth {
			pos = start
		}
		return value, pos > start
	}
	const tooLarge = " is over 4096"
	if spec.Width, _ = number(); spec.Width > MaxWidth {
		return fail("width" + tooLarge)
	}
	if spec.Group = take(",_"); spec.Group != 0 && take(",_") != 0 {
		pos--
		return fail("',' and '_' must stand alone")
	}
	if take(".") != 0 {
		var ok bool
		if spec.Precision, ok = number(); spec.Precision > MaxWidth {
			return fail("precision" + tooLarge)
		} else if !ok {
			return fail("precision missing")
		}
	}
	if spec.Verb = take(verbs); pos < len(s) {
		r, n := utf8.DecodeRuneInString(s[pos:])
		if spec.Verb == 0 && pos+n == len(s) {
			return fail("unknown format code " + strconv.QuoteRune(r))
		}
		return fail("invalid format spec")
	}
	if msg := spec.contradiction(); msg != "" {
		pos = max(0, len(s)-1)
		return fail(msg)
	}
	return spec, nil
}

// contradiction describes why the spec is invalid for every type, or returns "".
func (s *Spec) contradiction() string {
	not := func(what string) string {
		return what + " not allowed with format code '" + string(rune(s.Verb)) + "'"
	}
	switch v := s.Verb; {
	case v == 0:
	case s.Group == ',' && hasVerb("sboxXcn", v), s.Group == '_' && hasVerb("scn", v):
		return not("'" + string(rune(s.Group)) + "'")
	case s.Sign != 0 && hasVerb("sc", v):
		return not("sign")
	case s.Alt && hasVerb("sc", v):
		return not("'#'")
	case s.Align == '=' && v == 's':
		return not("alignment '='")
	case s.Precision >= 0 && hasVerb("dboxXc", v):
		return not("precision")
	}
	return ""
}
