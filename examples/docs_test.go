// Package examples_test checks that the Go code on the pages of the repository compiles,
// that their commands run and print what they show, that their configurations can be opened, and
// the names and links they mention exist, and that api.txt
// lists the exported API.
package examples_test

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/config"
	_ "github.com/logbook-go/logbook/config/all"
	_ "github.com/logbook-go/logbook/config/tickets"
	"github.com/logbook-go/logbook/logbook"
)

const module = "github.com/logbook-go/logbook"

// packages are the packages that code on a page may use without importing them, by name.
var packages = map[string]string{
	"logbook": module + "/logbook", "logbooktest": module + "/logbook/logbooktest",
	"handlers": module + "/handlers", "logline": module + "/logline", "compat": module + "/compat", "config": module + "/config",
	"desktop": module + "/handlers/desktop", "httplog": module + "/handlers/httplog", "mail": module + "/handlers/mail",
	"push": module + "/handlers/push", "syslog": module + "/handlers/syslog", "zstd": module + "/handlers/zstd",
	"nats": module + "/queues/nats", "otel": module + "/compat/otel", "otlp": module + "/queues/otlp", "queues": module + "/queues", "redis": module + "/queues/redis", "socket": module + "/queues/socket", "zeromq": module + "/queues/zeromq",
	"daemon": module + "/daemon", "database": module + "/database", "sqlitelog": module + "/handlers/sqlitelog",
	"follow": module + "/ticketing/follow", "mongodb": module + "/ticketing/mongodb", "postgres": module + "/ticketing/postgres", "tracker": module + "/ticketing/tracker",
	"sqlite": module + "/ticketing/sqlite", "ticketing": module + "/ticketing", "ticketingtest": module + "/ticketing/ticketingtest",
	"zapbridge": module + "/compat/zapcore", "zerologw": module + "/compat/zerologw", "logrushook": module + "/compat/logrushook",
	"zap": "go.uber.org/zap", "zapcore": "go.uber.org/zap/zapcore", "zerolog": "github.com/rs/zerolog", "logrus": "github.com/sirupsen/logrus",
	"context": "context", "errors": "errors", "exec": "os/exec", "fmt": "fmt", "fs": "io/fs", "http": "net/http", "json": "encoding/json",
	"os": "os", "slog": "log/slog", "sync": "sync", "testing": "testing", "time": "time",
}

// given holds declarations that fragments may use.
var given = map[string]string{
	"log":      `var log = logbook.New("page")`,
	"ctx":      `var ctx = context.Background()`,
	"path":     `var path string`,
	"status":   `var status int`,
	"dump":     `func dump() string { return "" }`,
	"transfer": `func transfer(int) {}`,
	"mux":      `var mux http.Handler`,
	"store":    `var store ticketing.Store`,
	"slack":    `var slack logbook.Handler`,
	"token":    `var token string`,
	"recent":   `type recent struct{ logbook.Options }; func (*recent) Handle(*logbook.Record) error { return nil }`,
	"newLoki":  `func newLoki(host, tenant string, o *logbook.Options) (logbook.Handler, error) { return nil, nil }`,
}

// TestPages compiles each block of Go code as a separate package, inside the module but
// without writing to it: the go command overlays the files.
func TestPages(t *testing.T) {
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	overlay := make(map[string]string)
	tmp := t.TempDir()
	place := make(map[string]string) // place of each block, by the name of its package
	for _, page := range pages(t) {
		for _, b := range blocks(t, page, "go") {
			name := fmt.Sprintf("block%02d", len(place))
			place[name] = fmt.Sprintf("%s:%d", page, b.line)
			source, err := complete(b.text)
			if err != nil {
				t.Errorf("%s: %v\n%s", place[name], err, b.text)
				continue
			}
			file := filepath.Join(tmp, name+".go")
			if err := os.WriteFile(file, []byte(source), 0o644); err != nil {
				t.Fatal(err)
			}
			overlay[filepath.Join(root, "examples", "internal", name, "page.go")] = file
		}
	}
	if len(overlay) < 5 {
		t.Errorf("only %d blocks of Go code were found", len(overlay))
	}
	text, err := json.Marshal(map[string]any{"Replace": overlay})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(tmp, "overlay.json")
	if err := os.WriteFile(file, text, 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("go", "build", "-overlay="+file, "./internal/...").CombinedOutput()
	if err != nil {
		t.Errorf("go build: %v\n%s\nthe blocks are\n%v", err, out, place)
	}
}

// TestConfigurations opens the sinks of each configuration, with files in another folder.
func TestConfigurations(t *testing.T) {
	found := make(map[string]string) // by place
	for _, page := range pages(t) {
		for _, b := range blocks(t, page, "ini") {
			found[fmt.Sprintf("%s:%d", page, b.line)] = b.text
		}
	}
	t.Chdir(t.TempDir()) // for relative paths
	for place, text := range found {
		text = strings.ReplaceAll(text, "/var/log", filepath.ToSlash(t.TempDir()))
		c, err := config.Parse([]byte(text), &config.Options{Strict: true})
		if err != nil {
			t.Errorf("%s: %v", place, err)
			continue
		}
		if err := logbook.Close(t.Context(), c.Setup()); err != nil {
			t.Errorf("%s: %v", place, err)
		}
	}
	if len(found) < 3 {
		t.Errorf("only %d configurations were found", len(found))
	}
}

// TestNames checks that each exported name of the module that a page mentions
// exists.
func TestNames(t *testing.T) {
	exported := make(map[string]map[string]bool)
	for name, path := range packages {
		if dir, ok := strings.CutPrefix(path, module+"/"); ok {
			exported[name] = exportedNames(t, filepath.Join("..", dir))
		}
	}
	mention := regexp.MustCompile(`\b(` + strings.Join(slices.Collect(maps.Keys(exported)), "|") + `)\.([A-Z]\w*)`)
	for _, page := range pages(t) {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range mention.FindAllStringSubmatch(string(text), -1) {
			if !exported[m[1]][m[2]] {
				t.Errorf("%s: there is no %s", page, m[0])
			}
		}
	}
}

func exportedNames(t *testing.T, dir string) map[string]bool {
	fset := token.NewFileSet()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var parsed []*ast.File
	for _, f := range files {
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(fset, f, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		parsed = append(parsed, file)
	}
	p, err := doc.NewFromFiles(fset, parsed, dir)
	if err != nil {
		t.Fatal(err)
	}
	names := make(map[string]bool)
	values := func(vs []*doc.Value) {
		for _, v := range vs {
			for _, n := range v.Names {
				names[n] = true
			}
		}
	}
	funcs := func(fs []*doc.Func) {
		for _, f := range fs {
			names[f.Name] = true
		}
	}
	values(p.Consts)
	values(p.Vars)
	funcs(p.Funcs)
	for _, typ := range p.Types {
		names[typ.Name] = true
		values(typ.Consts)
		values(typ.Vars)
		funcs(typ.Funcs)
	}
	return names
}

func pages(t *testing.T) []string {
	pages, err := filepath.Glob("../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	return append([]string{"../README.md", "../deploy/README.md"}, pages...)
}

// A block is a fenced block of a page. words are those after its language: see TestSessions.
type block struct {
	line     int
	language string
	words    []string
	text     string
}

// blocks returns the fenced blocks of a page in the languages, or all without any.
func blocks(t *testing.T, page string, languages ...string) (blocks []block) {
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	inside, line := false, 0
	for l := range strings.Lines(string(text)) {
		line++
		info, fence := strings.CutPrefix(strings.TrimSpace(l), "```")
		switch {
		case fence && !inside:
			inside = true
			b := block{line: line + 1}
			if words := strings.Fields(info); len(words) > 0 {
				b.language, b.words = words[0], words[1:]
			}
			blocks = append(blocks, b)
		case fence:
			inside = false
		case inside:
			blocks[len(blocks)-1].text += l
		}
	}
	if languages != nil {
		blocks = slices.DeleteFunc(blocks, func(b block) bool { return !slices.Contains(languages, b.language) })
	}
	return blocks
}

// complete turns a block of declarations or statements into a file, and adds missing
// declarations.
func complete(text string) (string, error) {
	if strings.HasPrefix(text, "package ") {
		return strings.Replace(text, "package main", "package page", 1), nil
	}
	declarations := "package page\n\n" + text
	source := declarations
	file, err := parse(source)
	if err != nil {
		source = "package page\n\nfunc _() {\n" + text + "}\n"
		if strings.Contains(text, "\treturn err\n") {
			source = "package page\n\nfunc _() error {\n" + text + "return nil\n}\n"
		}
		if file, err = parse(source); err != nil {
			return "", fmt.Errorf("neither declarations nor statements: %w", err)
		}
	}
	var imports []string
	there := func(path string) bool {
		return slices.ContainsFunc(file.Imports, func(i *ast.ImportSpec) bool { return i.Path.Value == strconv.Quote(path) })
	}
	use := func(file *ast.File) (missing []string) {
		for _, id := range file.Unresolved {
			if path, ok := packages[id.Name]; ok && !there(path) && !slices.Contains(imports, path) {
				imports = append(imports, path)
			}
			if given[id.Name] != "" && !slices.Contains(missing, id.Name) {
				missing = append(missing, id.Name)
			}
		}
		return missing
	}
	for _, name := range use(file) {
		source += "\n" + given[name] + "\n"
		addition, err := parse("package page\n" + given[name])
		if err != nil {
			return "", err
		}
		use(addition)
	}
	var b strings.Builder
	for _, path := range imports {
		fmt.Fprintf(&b, "import %q\n", path)
	}
	return strings.Replace(source, "package page\n", "package page\n\n"+b.String(), 1), nil
}

// parse parses a file and resolves its names.
func parse(source string) (*ast.File, error) {
	return parser.ParseFile(token.NewFileSet(), "page.go", source, 0)
}
