package config

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/logbook-go/logbook/logbook"
)

// Opener makes the handler of a sink. It reads the options that it knows, and
// asks [Sink.Err] before it opens anything. It is called twice where a sink is one of
// several: all of them are checked before the first is opened, and Err returns an error
// while a sink is only checked.
type Opener func(s *Sink) (logbook.Handler, error)

var (
	openersMu sync.RWMutex
	openers   = map[string]Opener{
		"console":    openConsole,
		"stderr":     openStderr,
		"file":       openFile,
		"json":       openJSON,
		"monitoring": openMonitoring,
		"rotating":   openRotating,
		"timed":      openTimed,
		"exec":       openExec,
		"null":       openNull,
	}
	sectionOpeners = map[string]Opener{
		consoleSection: openConsoleSection,
		fileSection:    openFileSection,
	}
)

// elsewhere are the schemes that package config/all registers.
var elsewhere = []string{
	"desktop", "eventlog", "journal", "mail", "ntfy", "pushover", "slack", "smtp", "smtps", "syslog", "webhook",
}

// Register makes a scheme known to [Open], as database drivers are made known:
// in an init function. Its name is one of lower-case letters, digits and "+-.",
// at least two, beginning with a letter. Register panics if it is not, if open is
// nil, or if the scheme is taken. The options that every sink has, such as limit, are
// not the opener's to read.
func Register(scheme string, open Opener) {
	if !isScheme(scheme) || strings.ToLower(scheme) != scheme {
		panic("config: Register of the invalid scheme " + scheme)
	}
	if open == nil {
		panic("config: Register of scheme " + scheme + " without an opener")
	}
	openersMu.Lock()
	defer openersMu.Unlock()
	if _, taken := openers[scheme]; taken {
		panic("config: Register called twice for scheme " + scheme)
	}
	openers[scheme] = open
}

// RegisterSection makes a section of INI files known to [Load], in an init
// function. The section's keys are the options of the [Sink], but for "active",
// which switches it on. The opener is called for sections that are off, too, to see
// which keys it knows; [Sink.Err] then returns an error. RegisterSection panics if
// the name is empty, "levels" or one of a sink, if open is nil, or if the name is
// taken.
func RegisterSection(name string, open Opener) {
	if name == "" || name == levelsSection || name == iniDefaults || strings.HasPrefix(name, sinkPrefix) || strings.ContainsAny(name, "]\n") {
		panic("config: RegisterSection of the invalid section " + name)
	}
	if open == nil {
		panic("config: RegisterSection of section " + name + " without an opener")
	}
	openersMu.Lock()
	defer openersMu.Unlock()
	if _, taken := sectionOpeners[name]; taken {
		panic("config: RegisterSection called twice for section " + name)
	}
	sectionOpeners[name] = open
}

func sectionOpener(name string) Opener {
	openersMu.RLock()
	defer openersMu.RUnlock()
	return sectionOpeners[name]
}

func sectionNames() []string {
	openersMu.RLock()
	defer openersMu.RUnlock()
	return slices.Sorted(maps.Keys(sectionOpeners))
}

// Schemes returns the names of the known schemes, sorted.
func Schemes() []string {
	openersMu.RLock()
	defer openersMu.RUnlock()
	return slices.Sorted(maps.Keys(openers))
}

func opener(scheme string) Opener {
	openersMu.RLock()
	defer openersMu.RUnlock()
	return openers[scheme]
}

// isScheme leaves out names of one letter, which are drives of Windows.
func isScheme(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c|0x20 && c|0x20 <= 'z':
		case i > 0 && ('0' <= c && c <= '9' || c == '+' || c == '-' || c == '.'):
		default:
			return false
		}
	}
	return len(s) > 1
}
