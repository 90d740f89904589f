package examples_test

import (
	"archive/zip"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestGoSum takes the part of a library's author and of the library's user: a module that
// imports the core of Logbook, from a proxy that has no other module, and a module that imports
// that one. go get, go mod tidy and go build succeed there, and go.sum has the lines of Logbook
// alone.
func TestGoSum(t *testing.T) {
	const version = "v0.0.1"
	dir := t.TempDir()
	proxy := filepath.Join(dir, "proxy")
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	// go mod tidy looks at the core's tests, too, which import compat.
	serve(t, proxy, module, version, root, "go.mod", "logbook", "internal", "compat", "logline")

	library := filepath.Join(dir, "library")
	run := func(folder string, args ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), "go", args...)
		cmd.Dir = folder
		cmd.Env = append(os.Environ(), "GOPROXY=file://"+slashed(proxy), "GOSUMDB=off", "GOFLAGS=-modcacherw", "GOWORK=off", "GO111MODULE=on",
			"GOPRIVATE=", "GONOPROXY=", "GOMODCACHE="+filepath.Join(dir, "cache"))
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("go %s in %s: %v\n%s", strings.Join(args, " "), folder, err, out)
		}
		return string(out)
	}
	check := func(folder string, want ...string) {
		t.Helper()
		text, err := os.ReadFile(filepath.Join(folder, "go.sum"))
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(string(text)), "\n")
		for i := range lines {
			lines[i], _, _ = strings.Cut(lines[i], " h1:")
		}
		if got := strings.Join(lines, "\n"); got != strings.Join(want, "\n") {
			t.Errorf("go.sum of %s has the lines\n%s\nwant\n%s", filepath.Base(folder), got, strings.Join(want, "\n"))
		}
	}

	write(t, library, "go.mod", "module example.org/library\n\ngo 1.26\n")
	write(t, library, "library.go", `package library

import "github.com/logbook-go/logbook/logbook"

var log = logbook.New("library")

func Serve() { log.Info("served") }
`)
	ours := []string{module + " " + version, module + " " + version + "/go.mod"}
	run(library, "get", module+"/logbook@"+version)
	check(library, ours...)
	run(library, "mod", "tidy")
	run(library, "vet", "./...")
	check(library, ours...)
	serve(t, proxy, "example.org/library", "v1.0.0", library, "go.mod", "go.sum", "library.go")

	user := filepath.Join(dir, "user")
	write(t, user, "go.mod", "module example.org/user\n\ngo 1.26\n")
	write(t, user, "main.go", `package main

import "example.org/library"

func main() { library.Serve() }
`)
	run(user, "get", "example.org/library@v1.0.0")
	run(user, "mod", "tidy")
	if out := run(user, "run", "."); !strings.Contains(out, "INFO: library: served") {
		t.Errorf("the program prints %q", out)
	}
	check(user, append([]string{"example.org/library v1.0.0", "example.org/library v1.0.0/go.mod"}, ours...)...)
}

// serve adds a version of a module, made of files and folders below root, to the folder of a
// proxy.
func serve(t *testing.T, proxy, path, version, root string, names ...string) {
	t.Helper()
	folder := filepath.Join(proxy, filepath.FromSlash(path), "@v")
	text, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, folder, version+".mod", string(text))
	write(t, folder, version+".info", `{"Version":"`+version+`"}`)
	write(t, folder, "list", version+"\n")
	file, err := os.Create(filepath.Join(folder, version+".zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	z := zip.NewWriter(file)
	for _, name := range names {
		err := filepath.WalkDir(filepath.Join(root, name), func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			rel, err := filepath.Rel(root, name)
			if err != nil {
				return err
			}
			text, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			w, err := z.Create(path + "@" + version + "/" + filepath.ToSlash(rel))
			if err != nil {
				return err
			}
			_, err = w.Write(text)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, folder, name, text string) {
	t.Helper()
	if err := os.MkdirAll(folder, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

// slashed returns a path as it is written in a file URL.
func slashed(path string) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	return path
}
