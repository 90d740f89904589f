package config_test

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/logbook"
)

// Open returns for any URI. An error leaves nothing behind and shows no password, wherever
// it is in the URI.
func FuzzOpen(f *testing.F) {
	for _, s := range []string{
		"", "x", "file:a.log", "json:a.log?level=info&mode=0600", "console:-", "stderr:", "://", "?",
		"file:a?format={record.message}&delay=true", "file:%zz", "probe://u:p@h:1/x?y=z", "file:a?limit=2&fallback=file:b?dedup=1s", "a&b=c", "=", "%",
	} {
		f.Add(s, s)
	}
	f.Add("0", "=x") // a secret that is part of the mask
	f.Add("?", "  #@")
	f.Fuzz(func(t *testing.T, before, after string) {
		if strings.Contains(password, before) || strings.Contains(password, after) {
			before, after = "", "" // else they could contain pieces of the password
		}
		inTempDir(t)
		probe = talkative
		for _, uri := range []string{
			before,
			before + after,
			"file:" + before,
			"file:a.log?" + before,
			"json:a.log?level=info&" + before + "&" + after,
			"probe://" + before,
			"probe://me:" + password + "@" + after,
			"probe://" + before + ":" + password + "@" + after,
			"probe:" + before + "?password=" + password + after,
			"file:" + before + "&token=" + password + "&" + after,
			before + "://me:" + password + "@host?" + after,
			"probe:?fallback=probe://me:" + password + "@" + after,
			"probe:?fallback=pushover:" + password + after,
			"probe:?" + before + "&fallback=ntfy%3Ahttps://host/" + password + "&" + after,
		} {
			if lower := strings.ToLower(uri); strings.HasPrefix(lower, "file:") || strings.HasPrefix(lower, "json:") {
				uri = stayHere.Replace(uri)
			}
			h, err := config.Open(uri)
			if err == nil {
				for _, file := range dirNames(t) {
					os.Remove(file)
				}
				if err := logbook.Close(context.Background(), h); err != nil {
					t.Errorf("%q: %v", uri, err)
				}
				continue
			}
			if strings.Contains(uri, password) && leaks(err) {
				t.Errorf("%q leaks: %v", uri, err)
			}
			for _, file := range dirNames(t) {
				if !strings.Contains(uri, "fallback") { // the other sink may have created it
					t.Errorf("%q: created %q, and %v", uri, file, err)
				}
				os.Remove(file)
			}
		}
	})
}

// stayHere removes the separators of paths, so that files stay in the working directory.
var stayHere = strings.NewReplacer("/", "_", `\`, "_", "%2f", "_", "%2F", "_", "%5c", "_", "%5C", "_")

func dirNames(t *testing.T) []string {
	t.Helper()
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}
