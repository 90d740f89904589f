// Package stackframe tells the frames of an app from those of the libraries it uses.
package stackframe

import (
	"slices"
	"strings"
)

// standard are the first parts of the paths of Go's standard packages.
var standard = strings.Fields("archive bufio bytes cmp compress container context crypto database debug embed encoding errors " +
	"expvar flag fmt go hash html image index internal io iter log maps math mime net os path plugin reflect regexp runtime " +
	"slices sort strconv strings structs sync syscall testing text time unicode unique unsafe vendor weak")

// libraries are parts of the paths of files of libraries.
var libraries = []string{"/pkg/mod/", "/vendor/", "/site-packages/", "/dist-packages/", "/lib/python", "<frozen ", "/usr/local/go/src/", "/libexec/src/", "/usr/lib/go", "node_modules/"}

// IsLibrary reports whether a frame of Go or Python is of a library and not of the app.
// module is the path of a package of the app, if one is known.
func IsLibrary(function, file, module string) bool {
	if owner := root(module); owner != "" && strings.HasPrefix(function, owner) && !strings.HasSuffix(file, ".py") {
		return false
	}
	file = strings.ReplaceAll(file, `\`, "/")
	if slices.ContainsFunc(libraries, func(part string) bool { return strings.Contains(file, part) }) {
		return true
	}
	if !strings.HasSuffix(file, ".go") {
		return false
	}
	before, _, versioned := strings.Cut(file, "@v")
	first, _, _ := strings.Cut(function, "/")
	first, _, _ = strings.Cut(first, ".")
	return versioned && strings.Contains(before, "/") || slices.Contains(standard, first)
}

// root returns the part of the path of a package that all packages of its module have in
// common, as far as that can be known: HOST/OWNER/NAME.
func root(module string) string {
	parts := strings.SplitN(module, "/", 4)
	if len(parts) < 3 || !strings.Contains(parts[0], ".") {
		return ""
	}
	return strings.Join(parts[:3], "/")
}
