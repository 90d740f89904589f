package examples_test

import (
	"bytes"
	"flag"
	"fmt"
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "update api.txt")

// TestAPI compares the exported names of the module and their types with api.txt in the
// root of the repository, so that every change of the API is noticed. `make api` updates
// that file.
func TestAPI(t *testing.T) {
	const file = "../api.txt"
	got := api(t)
	if *update {
		if err := os.WriteFile(file, []byte(strings.Join(got, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	for _, line := range want {
		if _, found := slices.BinarySearch(got, line); !found {
			t.Errorf("- %s", line)
		}
	}
	for _, line := range got {
		if !slices.Contains(want, line) {
			t.Errorf("+ %s", line)
		}
	}
	if t.Failed() {
		t.Log("if the change is intended, update api.txt: make api")
	}
}

// api returns a line for each exported name of the public packages, on Linux, sorted.
func api(t *testing.T) []string {
	cmd := exec.Command("go", "list", "-export", "-deps", "-f", "{{.ImportPath}} {{.Name}} {{.Export}}", "../...")
	cmd.Env = append(os.Environ(), "GOOS=linux")
	cmd.Stderr = os.Stderr
	list, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	exports := make(map[string]string) // files with export data, by package path
	var public []string
	for line := range strings.Lines(string(list)) {
		path, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		name, export, _ := strings.Cut(rest, " ")
		exports[path] = export
		if below, ok := strings.CutPrefix(path, module+"/"); ok && name != "main" &&
			!strings.Contains("/"+below, "/internal/") && !strings.HasPrefix(below, "examples/") && export != "" {
			public = append(public, path)
		}
	}
	imports := importer.ForCompiler(token.NewFileSet(), "gc", func(path string) (io.ReadCloser, error) {
		return os.Open(exports[path])
	})
	var lines []string
	for _, path := range public {
		pkg, err := imports.Import(path)
		if err != nil {
			t.Fatal(err)
		}
		l := lister{pkg: pkg}
		for _, name := range pkg.Scope().Names() {
			if o := pkg.Scope().Lookup(name); o.Exported() {
				l.object(o)
			}
		}
		lines = append(lines, l.lines...)
	}
	slices.Sort(lines)
	return slices.Compact(lines)
}

// lister lists the exported names of a package.
type lister struct {
	pkg   *types.Package
	lines []string
}

func (l *lister) add(format string, args ...any) {
	l.lines = append(l.lines, strings.TrimPrefix(l.pkg.Path(), module+"/")+": "+fmt.Sprintf(format, args...))
}

// qualifier returns the package name of a type, or "" for the listed package.
func (l *lister) qualifier(p *types.Package) string {
	if p == l.pkg {
		return ""
	}
	return p.Name()
}

func (l *lister) typeOf(t types.Type) string { return types.TypeString(t, l.qualifier) }

func (l *lister) object(o types.Object) {
	switch o := o.(type) {
	case *types.Const:
		l.add("const %s %s = %s", o.Name(), l.typeOf(o.Type()), o.Val().ExactString())
	case *types.TypeName:
		l.typeName(o)
	default:
		l.add("%s", types.ObjectString(o, l.qualifier))
	}
}

func (l *lister) typeName(o *types.TypeName) {
	if o.IsAlias() {
		l.add("%s", types.ObjectString(o, l.qualifier))
		return
	}
	switch u := o.Type().Underlying().(type) {
	case *types.Struct:
		l.add("type %s struct", o.Name())
		l.fields(o.Name(), u)
	case *types.Interface:
		l.add("type %s interface", o.Name())
		for m := range u.Methods() {
			if m.Exported() {
				l.add("type %s interface, %s%s", o.Name(), m.Name(), l.signature(m))
			} else {
				l.add("type %s interface, unexported methods", o.Name())
			}
		}
		return
	default:
		l.add("type %s %s", o.Name(), l.typeOf(u))
	}
	value := types.NewMethodSet(o.Type())
	for s := range types.NewMethodSet(types.NewPointer(o.Type())).Methods() {
		m := s.Obj().(*types.Func)
		if !m.Exported() {
			continue
		}
		star := "*"
		if value.Lookup(m.Pkg(), m.Name()) != nil {
			star = ""
		}
		l.add("method (%s%s) %s%s", star, o.Name(), m.Name(), l.signature(m))
	}
}

// fields lists the exported fields of a struct, including those of unexported embedded
// structs.
func (l *lister) fields(name string, s *types.Struct) {
	for f := range s.Fields() {
		switch embedded, ok := f.Type().Underlying().(*types.Struct); {
		case f.Exported() && f.Embedded():
			l.add("type %s struct, embedded %s", name, l.typeOf(f.Type()))
		case f.Exported():
			l.add("type %s struct, %s %s", name, f.Name(), l.typeOf(f.Type()))
		case f.Embedded() && ok:
			l.fields(name, embedded)
		}
	}
}

// signature returns the parameters and results of a method.
func (l *lister) signature(m *types.Func) string {
	var b bytes.Buffer
	types.WriteSignature(&b, m.Signature(), l.qualifier)
	return b.String()
}
