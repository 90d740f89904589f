package web

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"html/template"
	"net/http"
	"path"
	"strings"
	"sync"
)

//go:embed templates/*.html
var templateFiles embed.FS

//go:embed assets
var assetFiles embed.FS

// parseTemplates returns the templates for a handler that is served at a path.
func parseTemplates(root string) *template.Template {
	return template.Must(template.New("").Funcs(template.FuncMap{
		"url":    func(path string) string { return root + path },
		"asset":  func(name string) string { return root + "/assets/" + assetName(name) },
		"number": number, "compact": compact, "plural": plural, "line": line, "lines": lines, "place": place,
		"levelClass": levelClass, "spark": newSparkline, "searchFor": searchFor, "ticketPath": ticketPath,
		"number64": func(n int) string { return number(int64(n)) },
		"len64":    func(f []frame) int64 { return int64(len(f)) },
		"times": func(n int) string {
			if n == 1 {
				return "once"
			}
			return number(int64(n)) + " times"
		},
		"mutes": func() []choice { return muteChoices }, "event": eventText, "muteText": muteText,
	}).ParseFS(templateFiles, "templates/*.html"))
}

// assetNames maps the names of assets to names with a hash, under which clients keep them.
var assetNames = sync.OnceValue(func() map[string]string {
	names := make(map[string]string)
	entries, err := assetFiles.ReadDir("assets")
	if err != nil {
		panic(err) // they are part of the program
	}
	for _, e := range entries {
		data, err := assetFiles.ReadFile("assets/" + e.Name())
		if err != nil {
			panic(err)
		}
		sum := sha256.Sum256(data)
		ext := path.Ext(e.Name())
		names[e.Name()] = strings.TrimSuffix(e.Name(), ext) + "-" + hex.EncodeToString(sum[:6]) + ext
	}
	return names
})

func assetName(name string) string { return assetNames()[name] }

// asset serves an embedded file.
func (x *exchange) asset() error {
	for name, hashed := range assetNames() {
		if hashed == x.r.PathValue("name") {
			x.w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
			http.ServeFileFS(x.w, x.r, assetFiles, "assets/"+name)
			return nil
		}
	}
	return errNoPage
}
