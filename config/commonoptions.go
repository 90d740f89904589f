package config

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/logbook-go/logbook/internal/netlink"
	"github.com/logbook-go/logbook/internal/text"
	"github.com/logbook-go/logbook/logbook"
)

// HandlerOptions returns the options that [Spec.Options] reads. format is the default of
// the option format; "" leaves the choice of a formatter to the handler.
func HandlerOptions(format string) []Option {
	return []Option{
		{Name: "level", Kind: KindLevel, Default: "all", Help: "the lowest level handled, such as warning or info+3"},
		{Name: "bubble", Kind: KindBool, Default: "false", Help: "true: handled records go on to the next handler; in a file the default is true"},
		{Name: "format", Kind: KindFormat, Default: format, Help: "text, json, logfmt, console, wire, or a format string; or JSON as others write it: slog, zap, ecs, gcp, otel"},
		{Name: "source", Kind: KindBool, Default: "false", Help: "true: add file and line of the call, in all formats but text and wire"},
		jsonOption,
	}
}

// Options reads the options of [HandlerOptions]. The formatter is nil if the handler
// should choose one.
func (s *Spec) Options() *logbook.Options {
	return &logbook.Options{Level: s.Level("level"), Bubble: s.Bool("bubble"), Formatter: s.formatter()}
}

// formatNames are the values of the option format other than format strings.
var formatNames = []string{"text", "json", "logfmt", "console", "wire", "slog", "zap", "ecs", "gcp", "otel"}

// presets are the options of the formats that write JSON.
var presets = map[string]func() *logbook.JSONOptions{
	"json": func() *logbook.JSONOptions { return new(logbook.JSONOptions) },
	"slog": logbook.SlogJSON, "zap": logbook.ZapJSON, "ecs": logbook.ECSJSON,
	"gcp": logbook.GoogleCloudJSON, "otel": logbook.OpenTelemetryJSON,
}

// formatter reads the options format, source and json.
func (s *Spec) formatter() logbook.Formatter {
	given := s.setting("format") != nil
	format := ""
	if o := find(s.table, "format"); o != nil {
		format = o.Default
	}
	s.readKind("format", KindFormat, func(v string) error {
		format = v
		return nil
	})
	source := s.Bool("source")
	var json *logbook.JSONOptions // nil for other formats
	if preset, ok := presets[format]; ok {
		json = preset()
		json.Source = source
	}
	s.readKind(jsonOption.Name, jsonOption.Kind, func(changes string) error {
		switch {
		case json != nil:
			return changeJSON(json, changes)
		case s.setting(jsonOption.Name).inherited:
			return nil
		}
		return errors.New("only for the formats of JSON: json, slog, zap, ecs, gcp, otel")
	})
	if json != nil {
		return logbook.JSON(json)
	}
	switch format {
	case "logfmt":
		return logbook.Logfmt(&logbook.LogfmtOptions{Source: source})
	case "console":
		o := s.console
		o.Source = source
		return logbook.Console(&o)
	}
	if o := s.setting("source"); o != nil && !o.inherited {
		s.Refuse("source", errors.New("not for the formats text and wire; in a format string, use {record.filename}:{record.lineno}"))
	}
	switch {
	case !given && format == "":
		return nil
	case format == "text":
		return logbook.MustFormat(logbook.DefaultFormat)
	case format == "wire":
		return logbook.Wire()
	}
	f, err := formatString(format)
	if err != nil {
		s.Refuse("format", err)
	}
	return f
}

func formatString(v string) (logbook.Formatter, error) {
	if !strings.Contains(v, "{") {
		return nil, fmt.Errorf("invalid format %q: want %s, or a format string with {record.NAME}%s",
			v, strings.Join(formatNames, ", "), text.DidYouMean(v, formatNames))
	}
	f, err := logbook.Format(v, nil)
	if err != nil {
		return nil, err
	}
	if !strings.Contains(v, "{record.") {
		return nil, errors.New("invalid format string: want at least one {record.NAME}")
	}
	return f, nil
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

// ServerTLSOptions returns the options that [Spec.ServerTLS] reads.
func ServerTLSOptions() []Option {
	return []Option{
		{Name: "cert", Kind: KindPath, Required: true, Help: "certificate of this server, in PEM"},
		{Name: "key", Kind: KindPath, Required: true, Help: "its key, in PEM"},
		{Name: "client_ca", Kind: KindPath, Help: "CA certificates in PEM: clients need a certificate that one of them has signed"},
	}
}

// ServerTLS reads the options of [ServerTLSOptions].
func (s *Spec) ServerTLS() *tls.Config {
	files := netlink.TLSFiles{CA: s.FilePath("client_ca"), Cert: s.FilePath("cert"), Key: s.FilePath("key")}
	if files.Cert == "" || files.Key == "" { // refused, since they are required
		return nil
	}
	config, err := files.ServerConfig()
	if err != nil {
		blamed := "cert"
		if e := (*fs.PathError)(nil); errors.As(err, &e) && e.Path == files.Key {
			blamed = "key"
		} else if files.CA != "" && strings.Contains(err.Error(), files.CA) {
			blamed = "client_ca"
		}
		s.Refuse(blamed, err)
	}
	return config
}

// insecure has a long name, so that nobody sets it by accident.
const insecure = "insecure_skip_verify"

// TLS reads the options of [TLSOptions]. It returns nil if none of them is given.
func (s *Spec) TLS() *tls.Config {
	files := netlink.TLSFiles{CA: s.FilePath("ca"), Cert: s.FilePath("cert"), Key: s.FilePath("key")}
	config, err := files.Config()
	if err != nil {
		blamed := "ca"
		switch {
		case files.Cert != "":
			blamed = "cert"
		case files.Key != "":
			blamed = "key"
		}
		s.Refuse(blamed, err)
	}
	if s.Bool(insecure) {
		if files.CA != "" {
			s.Refuse(insecure, errors.New("not allowed with ca"))
		}
		if config == nil {
			config = new(tls.Config)
		}
		config.InsecureSkipVerify = true
	}
	return config
}
