package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// panel is one of the dashboard of Grafana.
type panel struct {
	ID         int
	Title      string
	Datasource struct{ Type, UID string }
	Targets    []struct{ RawSQL string }
}

func dashboard(t *testing.T) []panel {
	t.Helper()
	text, err := os.ReadFile("../grafana/dashboards/cryostat.json")
	if err != nil {
		t.Fatal(err)
	}
	var d struct {
		UID, Title string
		Panels     []panel
	}
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	if d.UID == "" || d.Title == "" || len(d.Panels) == 0 {
		t.Fatalf("the dashboard lacks something: %+v", d)
	}
	return d.Panels
}

// The panels of the dashboard use the data source that is provisioned, and each stage has one.
func TestDashboard(t *testing.T) {
	source, err := os.ReadFile("../grafana/provisioning/datasources/laboratory.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var ids []int
	var queries strings.Builder
	for _, p := range dashboard(t) {
		for _, line := range []string{"    uid: " + p.Datasource.UID, "    type: " + p.Datasource.Type} {
			if !strings.Contains(string(source), line+"\n") {
				t.Errorf("%s: no data source with the line %q", p.Title, line)
			}
		}
		if slices.Contains(ids, p.ID) || len(p.Targets) == 0 {
			t.Errorf("panel %d, %s, is there twice or has no query", p.ID, p.Title)
		}
		ids = append(ids, p.ID)
		for _, q := range p.Targets {
			queries.WriteString(q.RawSQL)
		}
	}
	for _, name := range stageNames {
		for _, column := range []string{name, name + "_avg"} {
			if !strings.Contains(queries.String(), `"`+column+`"`) {
				t.Errorf("no query of %s", column)
			}
		}
	}
}

// The provisioning files have the form of YAML in which they are written here, and refer to
// nothing of one machine.
func TestProvisioning(t *testing.T) {
	files, err := filepath.Glob("../grafana/provisioning/*/*.yaml")
	if err != nil || len(files) != 2 {
		t.Fatal(files, err)
	}
	line := regexp.MustCompile(`^(#.*|(  )*(- )?[A-Za-z]+:( [^ "'&*#:]+(:[0-9]+)?)?)$`)
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for l := range strings.Lines(string(text)) {
			if !line.MatchString(strings.TrimSuffix(l, "\n")) {
				t.Errorf("%s: %q", f, l)
			}
		}
		if !strings.Contains(string(text), "apiVersion: 1\n") {
			t.Errorf("%s: no apiVersion", f)
		}
	}
}
