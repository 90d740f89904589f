package config_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/logbook"
)

// sectionProbe is the Read function of the section [Probe].
var sectionProbe = opens(logbook.Null{}, nil)

func init() {
	config.RegisterSection("Probe", config.Entry{
		Options: []config.Option{
			{Name: "a", Kind: config.KindText, Multiline: true}, {Name: "b", Kind: config.KindText, Multiline: true},
			{Name: "password", Kind: config.KindText}, {Name: "token", Kind: config.KindText},
			{Name: "credentials_file", Kind: config.KindPath},
		},
		Read: func(s *config.Spec) func() (logbook.Handler, error) { return sectionProbe(s) },
	})

	// A scheme with a secret path, whose error contains the path.
	config.RegisterSink("pushover", config.Entry{
		Forms:      []config.Form{{Address: "pushover:PATH"}},
		SecretPath: true,
		Read: func(s *config.Spec) func() (logbook.Handler, error) {
			return opens(nil, errors.New("refused: "+s.Path))(s)
		},
	})
}

// probeKeys makes the section [Probe] read keys, and returns their values.
func probeKeys(keys ...string) map[string]string {
	found := make(map[string]string)
	sectionProbe = func(s *config.Spec) func() (logbook.Handler, error) {
		for _, k := range keys {
			s.Func(k, func(v string) error {
				found[k] = v
				return nil
			})
		}
		return opens(logbook.Null{}, nil)(s)
	}
	return found
}

func parse(t *testing.T, text string, o *config.Options) *config.Config {
	t.Helper()
	c, err := config.Parse([]byte(text), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := logbook.Close(context.Background(), c.Setup()); err != nil {
			t.Error(err)
		}
	})
	return c
}

func warnings(c *config.Config) string {
	var text []string
	for _, w := range c.Warnings() {
		text = append(text, w.Error())
	}
	return strings.Join(text, "\n")
}

// INI files are parsed as by Python's configparser.
func TestINI(t *testing.T) {
	tests := []struct{ name, text, a, b string }{
		{"plain", "a = 1\nb=2", "1", "2"},
		{"colons", "a : 1\nb:2", "1", "2"},
		{"the first delimiter", "a = 1:2=3\nb : x=y", "1:2=3", "x=y"},
		{"mixed case", "A = 1\nB = x", "1", "x"},
		{"comments", "# a = 0\na = 1\n; b = 0\n  # more\nb = 2", "1", "2"},
		{"no comments behind values", "a = 1 # one\nb = 2 ; two", "1 # one", "2 ; two"},
		{"several lines", "a = 1\n  2\n\t3\nb = 4", "1\n2\n3", "4"},
		{"value below the key", "a =\n  1\n  2\nb = 3", "\n1\n2", "3"},
		{"empty lines and comments within", "a = 1\n\n  2\n  # no\n# no\n  3\n\nb = 4", "1\n\n2\n3", "4"},
		{"indented keys", "] \n    a = 1\n  b = 2", "1", "2"},
		{"a bracket within a value", "a = 1\n  [x]\nb = 2", "1\n[x]", "2"},
		{"CRLF", "a = 1\r\n  2\r\nb = 3\r\n", "1\n2", "3"},
		{"percent signs", "a = %(b)s 100% %\nb = %%", "%(b)s 100% %", "%%"},
		{"quotes and backslashes", "a = \"x\" \\\nb = `y`", `"x" \`, "`y`"},
		{"empty", "a =\nb:", "", ""},
		{"spaces", "a   =   1  2  \nb\t:\t3\t", "1  2", "3"},
		{"behind the section's name", "] x\n    a = 1\n    b = 2", "1", "2"},
		{"defaults", "a = 1\n[DEFAULT]\na = 0\nb = 2", "1", "2"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			found := probeKeys("a", "b")
			text := "[Probe]\nactive = yes\n" + tt.text
			if rest, ok := strings.CutPrefix(tt.text, "]"); ok {
				text = "[Probe]" + strings.Replace(rest, "\n", "\n    active = 1\n", 1)
			}
			parse(t, "\ufeff# a file\n"+text, &config.Options{Strict: true})
			if found["a"] != tt.a || found["b"] != tt.b {
				t.Errorf("got a = %q, b = %q", found["a"], found["b"])
			}
		})
	}
}

// Each error names section, key and line, and nothing is opened.
func TestParseErrors(t *testing.T) {
	dir := inTempDir(t)
	tests := []struct {
		text    string
		section string
		key     string
		line    int
		want    string
	}{
		{"[a\n", "", "", 1, "want [NAME]"},
		{"[]\n", "", "", 1, "want [NAME]"},
		{"[Probe]\nnothing\n", "Probe", "", 2, "want [SECTION] or KEY"},
		{"[Probe]\n= 1\n", "Probe", "", 2, "want a key before the value"},
		{"[Probe]\na=1\nA=2\n", "Probe", "A", 3, "duplicate key"},
		{"[Probe]\n[Probe]\n", "Probe", "", 2, "duplicate section"},
		{"[DEFAULT]\n[DEFAULT]\n", "DEFAULT", "", 2, "duplicate section"},
		{"\n\nx = \xff\n", "", "", 3, "UTF-8"},
		{"levels = app:loud\n", "", "levels", 1, `"app:loud": logbook: unknown level "loud"`},
		{"[levels]\napp = info\napp.db = loud\n", "levels", "app.db", 3, "unknown level"},
		{"levels = app:info\n[levels]\napp = info\n", "levels", "app", 3, "duplicate channel"},
		{"[sink ]\n", "sink ", "", 1, "missing name of the sink"},
		{"[sink a]\n", "sink a", "", 1, `want "uri" or "scheme"`},
		{"[sink a]\nuri = x.log\n", "sink a", "uri", 2, "missing scheme"},
		{"[sink a]\nuri = file:x.log?level=loud\n", "sink a", "uri", 2, `option "level": logbook: unknown level`},
		{"[sink a]\nuri = file:x.log\nlevel = info\n", "sink a", "uri", 2, "only the key levels is allowed beside uri"},
		{"[sink a]\nscheme = fiel\npath = x.log\n", "sink a", "scheme", 2, `did you mean "file"?`},
		{"[sink a]\nscheme = file:x.log\n", "sink a", "scheme", 2, "for a whole URI, use the key \"uri\""},
		{"[sink a]\nscheme = file\npath = x.log\nuser = me\n", "sink a", "", 1, "without host or user"},
		{"[sink a]\nscheme = file\npath = x.log\nmode = 999\n", "sink a", "mode", 4, "invalid file mode"},
		{"[sink a]\nscheme = file\npath = x.log\nlevels = app\n", "sink a", "levels", 4, "unknown level"},
		{"[sink a]\nscheme = rotating\npath = x.log\n", "sink a", "backups", 1, "missing"},
		{"[sink a]\nscheme = file\npath = a.log\n[sink b]\nscheme = file\npath = no/b.log\n", "sink b", "", 4, "no such file"},
		{"[ConsoleLogger]\nlog_level = loud\n", "ConsoleLogger", "log_level", 2, "unknown level"},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			c, err := config.Parse([]byte(tt.text), nil)
			var e *config.FileError
			if !errors.As(err, &e) {
				t.Fatalf("got %v, %v", c, err)
			}
			if e.Section != tt.section || e.Key != tt.key || e.Line != tt.line || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %+v: %v\nwant section %q, key %q, line %d: %s", *e, err, tt.section, tt.key, tt.line, tt.want)
			}
			for _, once := range []string{"config: ", "levels: "} {
				if n := strings.Count(err.Error(), once); n > 1 || n == 0 && once == "config: " {
					t.Errorf("%d times %sin %v", n, once, err)
				}
			}
			for _, name := range dirNames(t) {
				if name != "a.log" {
					t.Errorf("created %s", name)
				}
				os.Remove(filepath.Join(dir, name))
			}
		})
	}
}

// Unknown sections and keys are warnings, and errors in strict mode.
func TestUnknown(t *testing.T) {
	inTempDir(t)
	captured(t, &os.Stderr) // for the warnings
	probeKeys("a")
	tests := []struct{ text, want string }{
		{"[Probe]\nactive = 1\nx = 1\n", "line 3: [Probe]: x: unknown key (known here: a, active)"},
		{"[Probe]\nactive = 0\nc = 1\n", `line 3: [Probe]: c: unknown key`},
		{"[Prob]\n", `line 1: [Prob]: unknown section, did you mean "Probe"? (known: ConsoleLogger, FileLogger, Probe, levels, [sink NAME], and [source NAME])`},
		{"[consoleLogger]\n", `did you mean "ConsoleLogger"?`},
		{"[Overall]\nhost = localhost\n", "[Overall]: unknown section (known:"},
		{"[AlarmLogger]\nactive = 1\nport = default\n", "[AlarmLogger]: unknown section; to use it, import"},
		{"[MailHandler]\nactive = yes\n", `[MailHandler]: unknown section; to use it, import "github.com/logbook-go/logbook/config/all"`},
		{"[ConsoleLogger]\nuse_colored_output = 0\n", `use_colored_output: unknown key, did you mean "use_coloured_output"?`},
		{"[sink a]\nscheme = console\nlvl = info\n", `line 3: [sink a]: lvl: unknown key, did you mean "level"? (known here: bubble, format, json, level, levels, source, time, zone; to every sink: background, dedup, fallback, fingers_crossed, limit, sample, spool)`},
		{"[sink a]\nscheme = console\npasword = x\n", `line 3: [sink a]: pasword: unknown key, did you mean "password"? (known here: bubble,`},
		{"[DEFAULT]\nnobody = 1\n", "line 2: [DEFAULT]: nobody: unknown key"},
		{"[consolelogger]\n", `did you mean "ConsoleLogger"?`},
		{"[LEVELS]\n", `did you mean "levels"?`},
		{"[defaults]\n", `did you mean "DEFAULT"?`},
		{"[mailhandler]\n", `did you mean "MailHandler"?`},
		{"[sinks errors]\n", `did you mean [sink errors]?`},
		{"[Sink errors]\n", `did you mean [sink errors]?`},
		{"[sink:errors]\n", `did you mean [sink errors]?`},
		{"[sink-app.log]\n", `did you mean [sink app.log]?`},
		{"[snik errors]\n", `did you mean [sink errors]?`},
		{"[sink]\n", `did you mean [sink NAME]?`},
		{"[ sink a]\n", `did you mean [sink a]?`},
		{"level = app:info\n", `line 1: level: unknown key before the first section, did you mean "levels"?`},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			c := parse(t, tt.text, nil)
			if got := warnings(c); !strings.Contains(got, tt.want) || len(c.Warnings()) != 1 {
				t.Errorf("warned of %s", got)
			}
			var e *config.FileError
			_, err := config.Parse([]byte(tt.text), &config.Options{Strict: true})
			if !errors.As(err, &e) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("strict: %v", err)
			}
		})
	}
	for _, text := range []string{"[AlarmLogger]\nactive = 0\n", "[MailHandler]\n", "[DEFAULT]\na = 1\n[Probe]\nactive = 1\n"} {
		if got := warnings(parse(t, text, &config.Options{Strict: true})); got != "" {
			t.Errorf("%q: %s", text, got)
		}
	}
}

// The error for a missing file names it.
func TestMissingFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "no.ini")
	_, err := config.Load(path, nil)
	var e *config.FileError
	if !errors.As(err, &e) || e.File != path || !errors.Is(err, fs.ErrNotExist) || err.Error() != "config: "+path+": no such file or directory" {
		t.Error(err)
	}
}

// A key indented by mistake is an error, not part of the value before it.
func TestIndentedKeys(t *testing.T) {
	inTempDir(t)
	captured(t, &os.Stderr)
	probeKeys("a")
	const continued = "the value has several lines: want one"
	tests := []struct {
		name, text, section, key string
		line                     int
		want                     string
	}{
		{"a path", "[sink a]\nscheme = file\npath = x.log\n mode = 0600\n level = error\n", "sink a", "path", 3, continued},
		{"a path below its key", "[sink a]\nscheme = file\npath =\n  x.log\n", "sink a", "path", 3, continued},
		{"a scheme", "[sink a]\nscheme = file\n path = x.log\n", "sink a", "scheme", 2, continued},
		{"a format", "[sink a]\nscheme = file\npath = x.log\nformat = {record.message}\n  mode = 0600\n", "sink a", "format", 4, `the key "mode" below is indented`},
		{"a URI", "[sink a]\nuri = file:x.log\n  levels = error\n", "sink a", "uri", 2, continued},
		{"a level", "[sink a]\nscheme = file\npath = x.log\nlevel = error\n  mode = 0600\n", "sink a", "level", 4, `the key "mode" below is indented`},
		{"defaults", "[DEFAULT]\nlevel = error\n mode = 0600\n[sink a]\nscheme = file\npath = x.log\n", "sink a", "level", 2, `the key "mode" below is indented`},
		{"defaults of a URI", "[DEFAULT]\nlevel = error\n mode = 0600\n[sink a]\nuri = file:x.log\n", "sink a", "level", 2, `the key "mode" below is indented`},
		{"a switch", "[FileLogger]\nactive = 1\n log_basename = x\n", "FileLogger", "active", 2, continued},
		{"a channel's level", "[levels]\na = info\n  b = debug\n", "levels", "a", 2, continued},
		{"levels", "[sink a]\nscheme = file\npath = x.log\nlevels = a:info\n  mode = 0600\n", "sink a", "levels", 4, `the key "mode" below is indented`},
		{"levels beside a URI", "[sink a]\nuri = file:x.log\nlevels = a:info\n  Level = error\n", "sink a", "levels", 3, `the key "level" below is indented`},
		{"levels at the top", "levels = a:info\n  levels = b:info\n", "", "levels", 1, `the key "levels" below is indented`},
		{"arguments", "[sink a]\nscheme = exec\npath = true\nargs =\n  -x\n  timeout = 5s\n", "sink a", "args", 4, `the key "timeout" below is indented`},
		{"a value of several lines", "[Probe]\na = 1\n  2\n  active = 1\nactive = 1\n", "Probe", "a", 2, `the key "active" below is indented`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, strict := range []bool{false, true} {
				c, err := config.Parse([]byte(tt.text), &config.Options{Strict: strict})
				if tt.section == "FileLogger" || tt.section == "Probe" { // these are left out with a warning
					if !strict && err == nil && len(c.Warnings()) == 1 {
						err = c.Warnings()[0]
					}
				}
				var e *config.FileError
				if !errors.As(err, &e) || e.Section != tt.section || e.Key != tt.key || e.Line != tt.line || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("strict %t: %v", strict, err)
				}
			}
			if names := dirNames(t); len(names) > 0 {
				t.Errorf("created %q", names)
			}
		})
	}
}

// All sinks receive every record, in order, and handlers below them receive none.
func TestSinkSections(t *testing.T) {
	inTempDir(t)
	below := new(closeable)
	handled := 0
	lower := logbook.NewHandler(func(*logbook.Record) error { handled++; return nil }, &below.Options)
	c := parse(t, `
[DEFAULT]
level = notice

[sink all]
uri = file:all.log?format={record.message}

[sink by key]
scheme = file
path   = 100% by key#1.log
format = {record.time:%Y} {record.message}
bubble = false

[sink last]
scheme = file
path   = last.log
`, &config.Options{Strict: true})
	logbook.InGoroutine(func() {
		for _, level := range []logbook.Level{logbook.LevelInfo, logbook.LevelError} {
			logbook.Dispatch(context.Background(), logbook.NewRecord(logbook.RecordData{
				Time: time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC), Level: level, Channel: "app", Message: level.String(),
			}))
		}
	}, lower, c.Setup())
	for file, want := range map[string]string{
		"all.log": "ERROR\n", "100% by key#1.log": "2024 ERROR\n", "last.log": "",
	} {
		if got, err := os.ReadFile(file); string(got) != want {
			t.Errorf("%s: %q, %v", file, got, err)
		}
	}
	if handled > 0 {
		t.Errorf("%d records went on", handled)
	}
}

// With the option Channel, records of other channels go to the handlers below.
func TestChannelOption(t *testing.T) {
	inTempDir(t)
	var below []string
	lower := logbook.NewHandler(func(r *logbook.Record) error {
		below = append(below, r.Channel())
		return nil
	}, nil)
	for channel, want := range map[string]string{"lab": "lab,lab.db|labs,other", "root": "lab,lab.db,labs,other|", "": "lab,lab.db,labs,other|"} {
		below = nil
		os.Remove("a.log")
		c := parse(t, "[sink a]\nuri = file:a.log?format={record.channel}\n", &config.Options{Channel: channel})
		logbook.InGoroutine(func() {
			for _, name := range []string{"lab", "lab.db", "labs", "other"} {
				logbook.New(name).Info("x")
			}
		}, lower, c.Setup())
		text, err := os.ReadFile("a.log")
		if got := strings.Join(strings.Fields(string(text)), ",") + "|" + strings.Join(below, ","); got != want || err != nil {
			t.Errorf("%q: %s, %v", channel, got, err)
		}
	}
}

// With Fallback, there is always a configuration.
func TestFallback(t *testing.T) {
	t.Setenv("NO_COLOR", "1")
	for _, text := range []string{"[Probe\n", "[sink a]\nuri = x\n", "[Nothing]\n"} {
		got := logged(t, text, &config.Options{Fallback: true, Strict: true}, everyLevel)
		if !strings.Contains(got, "WARNING  config: line ") || !strings.Contains(got, "app: info") || strings.Contains(got, "debug") {
			t.Errorf("%q: %s", text, got)
		}
	}
	stderr := captured(t, &os.Stderr)
	c, err := config.Load(filepath.Join(t.TempDir(), "no.ini"), &config.Options{Fallback: true})
	if err != nil || !strings.Contains(warnings(c), "no such file") {
		t.Fatal(err)
	}
	logbook.InGoroutine(everyLevel, c.Setup())
	if got := stderr(); !strings.Contains(got, "no such file") || !strings.Contains(got, "app: success") {
		t.Errorf("got %s", got)
	}
}

// No error shows a password, whatever else is wrong.
func TestFileErrorsHideSecrets(t *testing.T) {
	inTempDir(t)
	if err := os.WriteFile("secret", []byte("someone\nhunter2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	probe = talkative
	sectionProbe = func(s *config.Spec) func() (logbook.Handler, error) {
		return opens(nil, errors.New("could not log in with "+s.SecretFile("credentials_file")+s.Text("password")))(s)
	}
	for _, text := range []string{
		"[sink a]\nuri = probe://me:hunter2@host?x=1\n",
		"[sink a]\nscheme = probe\nuser = me\npassword = hunter2\nhost = host\nbad = x\n",
		"[sink a]\nscheme = probe\nuser = hunter2\n",
		"[sink a]\nscheme = smtp://me:hunter2@host\n",
		"[sink a]\nscheme = probe\npath = smtp://me:hunter2@host\n",
		"[sink a]\nscheme = probe\ntoken = hunter2\n",
		"[sink a]\nscheme = probe\npassword =\n hunter2\n",
		"[sink a]\nscheme = webhook\npath = https://host/hunter2\n",
		"[sink a]\nuri = webhook:https://host/hunter2?x=y\n",
		"[sink a]\nuri = SLACK:https://me@host/hunter2\n",
		"[sink a]\npassword hunter2\n",
		"[sink a]\npassword hunter2 = x\n[sink b]\n",
		"[sink a\npassword = hunter2\n",
		"[sink a]\nme:hunter2@host = 1\nme:hunter2@host = 1\n",
		"[Probe]\nactive = 1\npassword = hunter2\n",
		"[Probe]\nactive = 1\npassword hunter2 = x\n",
		"[sink a]\nscheme = pushover\npath = hunter2\n",
		"[sink a]\nuri = pushover:hunter2\n",
		"[Probe]\nactive = 1\ncredentials_file = secret\n",
		"[Probe]\nactive = 1\npassword = hunter2\npassword = hunter2\n",
		"password = hunter2\n",
	} {
		c, err := config.Parse([]byte(text), &config.Options{Strict: true})
		if err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: %v, %v", text, c, err)
		}
		if c, err := config.Parse([]byte(text), nil); err == nil && strings.Contains(warnings(c), "hunter2") {
			t.Errorf("%q: %v", text, warnings(c))
		}
	}
}

// The name of a file with secrets is not a secret.
func TestSecretFileIsNamed(t *testing.T) {
	sectionProbe = func(s *config.Spec) func() (logbook.Handler, error) {
		s.SecretFile("credentials_file")
		return opens(logbook.Null{}, nil)(s)
	}
	_, err := config.Parse([]byte("[Probe]\nactive = 1\ncredentials_file = /no/such/file\n"), &config.Options{Strict: true})
	if err == nil || err.Error() != "config: line 3: [Probe]: credentials_file: open /no/such/file: no such file or directory" {
		t.Error(err)
	}
}

// A sink may have levels of its own in addition to the common ones.
func TestLevelsOfSink(t *testing.T) {
	inTempDir(t)
	c := parse(t, `
levels = a:debug, *:warning
[sink all]
uri = file:all.log?format={record.channel}-{record.message}
[sink own]
levels = a.b:debug, *:info
scheme = file
path   = own.log
format = {record.channel}-{record.message}
`, &config.Options{Strict: true})
	logbook.InGoroutine(func() {
		for _, channel := range []string{"a", "a.b", "c"} {
			log := logbook.New(channel)
			log.Debug("debug")
			log.Info("info")
			log.Warn("warning")
		}
	}, c.Setup())
	for file, want := range map[string]string{
		"all.log": "a-debug a-info a-warning a.b-debug a.b-info a.b-warning c-warning",
		"own.log": "a-info a-warning a.b-debug a.b-info a.b-warning c-warning",
	} {
		text, err := os.ReadFile(file)
		if got := strings.Join(strings.Fields(string(text)), " "); got != want || err != nil {
			t.Errorf("%s: %s, %v", file, got, err)
		}
	}
}

func TestRegisterSectionRefuses(t *testing.T) {
	nothing := opens(logbook.Null{}, nil)
	for name, read := range map[string]func(*config.Spec) func() (logbook.Handler, error){
		"": nothing, "levels": nothing, "DEFAULT": nothing, "sink a": nothing, "a]b": nothing,
		"ConsoleLogger": nothing, "New": nil,
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%q is taken", name)
				}
			}()
			config.RegisterSection(name, config.Entry{Read: read})
		}()
	}
}
