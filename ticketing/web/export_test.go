package web

import "time"

// SetClock makes the handler take a time for now.
func (h *Handler) SetClock(now time.Time) { h.clock = func() time.Time { return now } }

// Routes returns the patterns of all routes.
func Routes() (patterns []string) {
	for _, r := range routes {
		patterns = append(patterns, r.pattern())
	}
	return patterns
}

var ParseTrace = parseTrace

// String returns a trace as text: texts after "|", frames of the app after "A", the most
// recent one after "!", and those of libraries after "L".
func (t trace) String() string {
	s := ""
	for _, part := range t {
		if part.Text != "" {
			s += "|" + part.Text + "\n"
		}
		for _, c := range part.Calls {
			mark := "A "
			if c.Library {
				mark = "L "
			} else if c.Culprit {
				mark = "! "
			}
			for _, f := range c.Frames {
				s += mark + f.Function + " " + f.Short() + ":" + number(int64(f.Line))
				if f.Code != "" {
					s += " = " + f.Code
				}
				s += "\n"
			}
		}
	}
	return s
}
