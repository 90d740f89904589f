package config

import (
	"slices"

	"github.com/logbook-go/logbook/logbook"
)

// An Option describes an option of a URI, which is a key in a file. It has no effect by
// itself: the Read function of the entry reads it.
type Option struct {
	Name    string
	Kind    Kind
	Default string // as it is shown; "": none
	Help    string // in one line

	Required  bool   // it is an error if it is missing or empty
	Secret    bool   // never shown; so are those named like a password, token or key
	Multiline bool   // the value may continue on further lines of a file
	With      string // another option, without which this one is refused; "": none

	ofFile bool // matters to all sinks of one file
}

// A Kind is the form of a value, as help shows it. Choices are separated by bars:
// "udp|tcp|tls" is read by [Spec.Choice]. [Spec.Func] reads any kind.
type Kind string

// The kinds that have methods of their own.
const (
	KindText     Kind = "TEXT"       // Spec.Text
	KindBool     Kind = "true|false" // Spec.Bool
	KindCount    Kind = "COUNT"      // Spec.Count
	KindSize     Kind = "SIZE"       // Spec.Size
	KindDuration Kind = "DURATION"   // Spec.Duration
	KindLevel    Kind = "LEVEL"      // Spec.Level
	KindFormat   Kind = "FORMAT"     // a format string
	KindPath     Kind = "PATH"       // Spec.FilePath and SecretFile; the path is not a secret
	KindURI      Kind = "URI"        // of another sink
)

// HandlerOptions returns the options that [Spec.Options] reads. format is what the
// option of this name is if it is missing; "" leaves the formatter to the handler.
func HandlerOptions(format string) []Option {
	return []Option{
		{Name: "level", Kind: KindLevel, Default: "all", Help: "the lowest level that is taken, such as warning or info+3"},
		{Name: "bubble", Kind: KindBool, Default: "false", Help: "true: handled records go on to the next handler; in a file the default is true"},
		{Name: "format", Kind: KindFormat, Default: format, Help: "text, json, wire, logfmt, console, or a format string"},
		{Name: "source", Kind: KindBool, Default: "false", Help: "true: add file and line of the call, in json, logfmt and console"},
	}
}

// TLSOptions returns the options that [Spec.TLS] reads.
func TLSOptions() []Option {
	return []Option{
		{Name: "ca", Kind: KindPath, Default: "those of the system", Help: "certificates of the authorities to trust, in PEM"},
		{Name: "cert", Kind: KindPath, Help: "certificate of this side, in PEM; needs key"},
		{Name: "key", Kind: KindPath, Help: "key of this side, in PEM; needs cert"},
		{Name: insecure, Kind: KindBool, Default: "false", Help: "true: trust whoever answers; not beside ca"},
	}
}

// insecure is spelled out, so that nobody sets it in passing.
const insecure = "insecure_skip_verify"

// find returns the option of a name; nil if there is none.
func find(options []Option, name string) *Option {
	i := slices.IndexFunc(options, func(o Option) bool { return o.Name == name })
	if i < 0 {
		return nil
	}
	return &options[i]
}

// Options reads those of [HandlerOptions]. The formatter is nil if the handler is to
// choose one.
func (s *Spec) Options() *logbook.Options {
	return &logbook.Options{Level: s.Level("level"), Bubble: s.Bool("bubble"), Formatter: s.formatter()}
}
