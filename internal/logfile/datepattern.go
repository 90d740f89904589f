package logfile

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/logbook-go/logbook/internal/pyformat"
)

// datePattern is a strftime pattern of numbers, so that its texts can be recognized and
// sorted.
type datePattern struct {
	layout string
	expr   string // a regular expression with a group for each directive
	units  []dateUnit
}

// dateUnit is the meaning of a directive.
type dateUnit struct {
	letter   byte
	rank     int // 0 is the coarsest one
	digits   int
	min, max int
}

const dateRanks = 6

var dateUnits = []dateUnit{
	{'Y', 0, 4, 0, 9999}, {'G', 0, 4, 0, 9999}, {'y', 0, 2, 0, 99},
	{'m', 1, 2, 1, 12}, {'U', 1, 2, 0, 53}, {'W', 1, 2, 0, 53}, {'V', 1, 2, 1, 53}, {'j', 1, 3, 1, 366},
	{'d', 2, 2, 1, 31}, {'u', 2, 1, 1, 7}, {'w', 2, 1, 0, 6},
	{'H', 3, 2, 0, 23},
	{'M', 4, 2, 0, 59},
	{'S', 5, 2, 0, 59},
}

// datePatterns expands directives that are short for several others.
var datePatterns = strings.NewReplacer("%%", "%%", "%F", "%Y-%m-%d", "%T", "%H:%M:%S", "%R", "%H:%M")

func parseDatePattern(layout string) (*datePattern, error) {
	p := &datePattern{layout: datePatterns.Replace(layout)}
	var expr strings.Builder
	for rest := p.layout; rest != ""; {
		text, after, found := strings.Cut(rest, "%")
		expr.WriteString(regexp.QuoteMeta(text))
		rest = after
		switch {
		case !found:
		case strings.HasPrefix(rest, "%"):
			expr.WriteByte('%')
			rest = rest[1:]
		default:
			i := slices.IndexFunc(dateUnits, func(u dateUnit) bool { return rest != "" && rest[0] == u.letter })
			if i < 0 {
				return nil, InvalidOption("Pattern", fmt.Sprintf("want %%Y %%G %%y %%m %%U %%W %%V %%j %%d %%u %%w %%H %%M %%S %%F %%T %%R, not %%%.1s, in %q", rest, layout))
			}
			fmt.Fprintf(&expr, `(\d{%d})`, dateUnits[i].digits)
			p.units = append(p.units, dateUnits[i])
			rest = rest[1:]
		}
	}
	if len(p.units) == 0 {
		return nil, InvalidOption("Pattern", fmt.Sprintf("want a directive such as %%Y in %q", layout))
	}
	p.expr = expr.String()
	return p, nil
}

// format returns the text of a time. The year is limited to 0 to 9999, so that the
// pattern recognizes every text.
func (p *datePattern) format(t time.Time) string {
	if year := t.Year(); year < 0 || year > 9999 {
		t = t.AddDate(min(max(year, 0), 9999)-year, 0, 0)
	}
	return string(pyformat.AppendTime(nil, t, p.layout))
}

// order returns a key that sorts texts by their times. groups are the groups of the
// expression. ok is false for an invalid date, such as February 30.
func (p *datePattern) order(groups []string) (key []int, ok bool) {
	key = make([]int, dateRanks)
	year, month, day := 2000, 1, 1 // a leap year
	for i, text := range groups {
		n, err := strconv.Atoi(text)
		unit := p.units[i]
		if err != nil || n < unit.min || n > unit.max {
			return nil, false
		}
		key[unit.rank] = max(key[unit.rank], n)
		switch unit.letter {
		case 'Y':
			year = n
		case 'm':
			month = n
		case 'd':
			day = n
		}
	}
	return key, time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC).Day() == day
}
