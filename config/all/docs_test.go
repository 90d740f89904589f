package all_test

import (
	"flag"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/config"
)

var update = flag.Bool("update", false, "write the generated parts of the documentation")

// generated matches a generated part of a page. The second group is the name of the part.
var generated = regexp.MustCompile(`(?s)(<!-- generated: ([^>]*) -->\n).*?(<!-- end -->)`)

// The tables of docs/configuration.md are generated from the registered entries.
func TestConfigurationPage(t *testing.T) {
	shown := make(map[string]bool) // schemes whose options the page has
	check(t, "../../docs/configuration.md", generated, func(part []string) string {
		name, ofSchemes, _ := strings.Cut(part[2], " of ")
		var table string
		switch schemes := strings.Split(ofSchemes, ", "); {
		case name == "sinks":
			table = sinkTable()
		case name == "common options":
			table = optionTable(nil, map[string][]config.Option{"": common()}, nil)
		case name == "wrappers":
			all := make(map[string][]config.Option)
			for _, w := range config.Wrappers() {
				all[""] = append(all[""], w.Options...)
			}
			table = optionTable(nil, all, nil)
		case name == "TLS options":
			table = wrapped(tlsSinks()+" verify the certificate of the server. They have these options:") + "\n" +
				optionTable(nil, map[string][]config.Option{"": config.TLSOptions()}, nil)
		case name == "options":
			all := make(map[string][]config.Option)
			for _, scheme := range schemes {
				e, found := config.LookupSink(scheme)
				if !found {
					t.Errorf("the page has options of the unknown scheme %s", scheme)
				}
				all[scheme], shown[scheme] = e.Options, true
				if help := wrapped(e.Help); e.Help != "" && !strings.Contains(table, help) {
					table += help + "\n"
				}
			}
			table += optionTable(schemes, all, slices.Concat(common(), config.TLSOptions()))
		case name == "sections":
			var sections []string
			for _, name := range config.Sections() {
				e, _ := config.LookupSection(name)
				sections = append(sections, "`["+name+"]`\n\n"+optionTable(nil, map[string][]config.Option{"": e.Options}, nil))
			}
			table = strings.Join(sections, "\n")
		default:
			t.Errorf("the page has the unknown part %q", part[2])
		}
		return part[1] + "\n" + table + "\n" + part[3]
	})
	for _, scheme := range config.Schemes() {
		if e, _ := config.LookupSink(scheme); !shown[scheme] && !isCommon(e.Options) {
			t.Errorf("the page has no options of %s", scheme)
		}
	}
}

// The lists in the package comments are generated from the registered entries.
func TestPackageComments(t *testing.T) {
	for _, tt := range []struct{ file, pkg string }{{"../doc.go", "config"}, {"doc.go", "config/all"}} {
		list := regexp.MustCompile(`(?s)(// The sinks of this package:\n//\n)(.*?)(//\n// )`)
		check(t, tt.file, list, func(part []string) string {
			text := ""
			for _, scheme := range config.Schemes() {
				e, _ := config.LookupSink(scheme)
				if strings.HasPrefix(runtime.FuncForPC(reflect.ValueOf(e.Read).Pointer()).Name(), "github.com/logbook-go/logbook/"+tt.pkg+".") {
					for _, f := range e.Forms {
						between := "\n//\t\t"
						if len(f.Address) < 28 {
							between = strings.Repeat(" ", 28-len(f.Address))
						}
						text += "//\t" + f.Address + between + f.Help + "\n"
					}
				}
			}
			return part[1] + text + part[3]
		})
	}
	wrappers := regexp.MustCompile(`(?s)(// records. A record passes through them in this order:\n//\n)(.*?)(//\n// )`)
	check(t, "../doc.go", wrappers, func(part []string) string {
		text := ""
		for _, w := range config.Wrappers() {
			text += fmt.Sprintf("//\t%-16s %s\n", w.Options[0].Name, w.Options[0].Help)
		}
		return part[1] + text + part[3]
	})
}

// check compares the matching parts of a file with the results of generate. With -update
// it writes them to the file.
func check(t *testing.T, file string, parts *regexp.Regexp, generate func(part []string) string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	old := string(text)
	if !parts.MatchString(old) {
		t.Errorf("%s has no generated part", file)
	}
	page := parts.ReplaceAllStringFunc(old, func(s string) string { return generate(parts.FindStringSubmatch(s)) })
	switch {
	case page == old:
	case *update:
		if err := os.WriteFile(file, []byte(page), 0o666); err != nil {
			t.Error(err)
		}
	default:
		t.Errorf("%s is not up to date: go test ./config/all -update", file)
	}
}

func common() []config.Option {
	options := config.HandlerOptions("")
	options[2].Default = "by scheme"
	return options
}

// isCommon reports whether all options are common to all sinks.
func isCommon(options []config.Option) bool {
	return !slices.ContainsFunc(options, func(o config.Option) bool { return !named(common(), o.Name) })
}

func named(options []config.Option, name string) bool {
	return slices.ContainsFunc(options, func(o config.Option) bool { return o.Name == name })
}

// tlsSinks lists the sinks that have the TLS options.
func tlsSinks() string {
	var all []string
	for _, scheme := range config.Schemes() {
		if e, _ := config.LookupSink(scheme); named(e.Options, config.TLSOptions()[0].Name) {
			all = append(all, "`"+scheme+":`")
		}
	}
	return strings.Join(all, ", ")
}

func sinkTable() string {
	table := "| sink | destination |\n| --- | --- |\n"
	for _, scheme := range config.Schemes() {
		e, _ := config.LookupSink(scheme)
		for _, f := range e.Forms {
			table += "| `" + f.Address + "` | " + f.Help + " |\n"
		}
	}
	return table
}

// optionTable returns a table of the options of the schemes, except those in without. If
// there are several schemes, a column lists the schemes that have the option.
func optionTable(schemes []string, all map[string][]config.Option, without []config.Option) string {
	table := "| option | of | value | default | meaning |\n| --- | --- | --- | --- | --- |\n"
	if len(schemes) < 2 {
		table = "| option | value | default | meaning |\n| --- | --- | --- | --- |\n"
	}
	if schemes == nil {
		schemes = []string{""}
	}
	done := make(map[config.Option]bool)
	for _, scheme := range schemes {
		for _, o := range all[scheme] {
			if done[o] || named(without, o.Name) {
				continue
			}
			done[o] = true
			var of []string
			for _, s := range schemes {
				if slices.Contains(all[s], o) {
					of = append(of, s)
				}
			}
			column := strings.Join(of, ", ") + " | "
			switch {
			case len(schemes) < 2:
				column = ""
			case len(of) == len(schemes):
				column = "all | "
			}
			byDefault := o.Default
			if o.Required {
				byDefault = "required"
			}
			table += fmt.Sprintf("| `%s` | %s%s | %s | %s |\n", o.Name, column, value(o.Kind), code(byDefault), code(o.Help))
		}
	}
	return table
}

// value returns a readable form of a kind.
func value(k config.Kind) string {
	if choices := strings.Split(string(k), "|"); len(choices) > 1 {
		return "`" + strings.Join(choices, "`, `") + "`"
	}
	return strings.ToLower(string(k))
}

// word matches a literal value.
var word = regexp.MustCompile(`^([0-9.]+[A-Za-z]*|true|false|[^ ]*[{%/_][^ ]*|error|user|udp)$`)

// code formats a literal value as code, and escapes bars in other text.
func code(s string) string {
	if word.MatchString(s) {
		return "`" + s + "`"
	}
	return strings.ReplaceAll(s, "|", `\|`)
}

// wrapped breaks a text into lines.
func wrapped(text string) string {
	var b strings.Builder
	width := 0
	for word := range strings.FieldsSeq(text) {
		if width > 0 && width+len(word) > 88 {
			b.WriteByte('\n')
			width = 0
		} else if width > 0 {
			b.WriteByte(' ')
			width++
		}
		b.WriteString(word)
		width += len(word)
	}
	return b.String() + "\n"
}
