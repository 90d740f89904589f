package config

import (
	"slices"

	"github.com/logbook-go/logbook/logbook"
)

// An Option describes an option of a URI, or a key in a file. It has an effect only if
// the Read function of the entry reads it.
type Option struct {
	Name    string
	Kind    Kind
	Default string // shown in help; "" for none
	Help    string // one line

	Required  bool   // it must be given and not empty
	Secret    bool   // never show the value; implied by names like password, token or key
	Multiline bool   // in a file, the value may have several lines
	With      string // another option that this one needs; "" for none

	ofFile bool // all sinks that write to one file must agree on it
}

// A Kind is the type of a value, as help shows it. Choices are separated by bars, as in
// "udp|tcp|tls"; [Spec.Choice] reads them. [Spec.Func] reads any kind.
type Kind string

// Kinds, each with the method that reads it.
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

// HandlerOptions returns the options that [Spec.Options] reads. format is the default of
// the option format; "" leaves the choice of a formatter to the handler.
func HandlerOptions(format string) []Option {
	return []Option{
		{Name: "level", Kind: KindLevel, Default: "all", Help: "the lowest level handled, such as warning or info+3"},
		{Name: "bubble", Kind: KindBool, Default: "false", Help: "true: handled records go on to the next handler; in a file the default is true"},
		{Name: "format", Kind: KindFormat, Default: format, Help: "text, json, wire, logfmt, console, or a format string"},
		{Name: "source", Kind: KindBool, Default: "false", Help: "true: add file and line of the call, in json, logfmt and console"},
	}
}

// TLSOptions returns the options that [Spec.TLS] reads.
func TLSOptions() []Option {
	return []Option{
		{Name: "ca", Kind: KindPath, Default: "the system's", Help: "CA certificates to trust, in PEM"},
		{Name: "cert", Kind: KindPath, Help: "client certificate, in PEM; needs key"},
		{Name: "key", Kind: KindPath, Help: "client key, in PEM; needs cert"},
		{Name: insecure, Kind: KindBool, Default: "false", Help: "true: do not verify the server's certificate; not allowed with ca"},
	}
}

// insecure has a long name, so that nobody sets it by accident.
const insecure = "insecure_skip_verify"

// find returns the option with the name, or nil if there is none.
func find(options []Option, name string) *Option {
	i := slices.IndexFunc(options, func(o Option) bool { return o.Name == name })
	if i < 0 {
		return nil
	}
	return &options[i]
}

// Options reads the options of [HandlerOptions]. The formatter is nil if the handler
// should choose one.
func (s *Spec) Options() *logbook.Options {
	return &logbook.Options{Level: s.Level("level"), Bubble: s.Bool("bubble"), Formatter: s.formatter()}
}
