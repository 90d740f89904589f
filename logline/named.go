package logline

import "strings"

// named parses what follows the time in the log of BIND, " category: severity: text".
func (p *parser) named(l Line, _ stamp, rest string) (Line, bool) {
	category, text, ok := strings.Cut(strings.TrimLeft(rest, " "), ": ")
	if !ok || !isNamedCategory(category) {
		return Line{}, false
	}
	l.Channel, l.Message = category, text
	severity, text, ok := strings.Cut(text, ": ")
	if name, verbosity, _ := strings.Cut(severity, " "); ok {
		if level, ok := levelName(name); ok && isNumber(verbosity) {
			l.Level, l.HasLevel, l.Message = level, true, text
			if verbosity != "" {
				l.attr("verbosity", verbosity)
			}
		}
	}
	return l, true
}

// isNamedCategory reports whether s is a category of BIND's messages.
func isNamedCategory(s string) bool {
	switch s {
	case "client", "cname", "config", "database", "default", "delegation-only", "dispatch", "dnssec",
		"dnstap", "edns-disabled", "general", "lame-servers", "network", "notify", "nsid", "queries",
		"query-errors", "rate-limit", "resolver", "rpz", "rpz-passthru", "security", "serve-stale",
		"spill", "sslkeylog", "trust-anchor-telemetry", "unmatched", "update", "update-security",
		"xfer-in", "xfer-out", "zoneload":
		return true
	}
	return false
}
