package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestDraw(t *testing.T) {
	got, err := draw("", "\x1b[2m12:59:59.999\x1b[0m \x1b[31;1mERROR\x1b[0m a < b\r\n", themes[0])
	if err != nil {
		t.Fatal(err)
	}
	_, texts, _ := strings.Cut(got, "/>\n")
	want := `<text x="16" y="29" textLength="96" class="dim">09:41:07.120</text>
<text x="120" y="29" textLength="40" class="bold c31">ERROR</text>
<text x="168" y="29" textLength="40">a &lt; b</text>
</svg>
`
	if texts != want {
		t.Errorf("draw gives\n%s\nwant\n%s", texts, want)
	}
}

func TestDrawRefuses(t *testing.T) {
	for _, output := range []string{"\x1b[38;5;1mred", "\x1b[2J", "a\tb"} {
		if svg, err := draw("", output, themes[0]); err == nil {
			t.Errorf("%q gives no error but\n%s", output, svg)
		}
	}
}

// TestPictures checks that the pictures of the README show what the program prints now. If they
// do not, run make screenshots.
func TestPictures(t *testing.T) {
	const command = "go run ./examples/programs/console"
	program := filepath.Join(t.TempDir(), "console")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-o", program, "../../programs/console").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	cmd := exec.CommandContext(t.Context(), program)
	cmd.Env = append(os.Environ(), "NO_COLOR=", "FORCE_COLOR=1")
	output, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	for _, theme := range themes {
		want, err := draw(command, string(output), theme)
		if err != nil {
			t.Fatal(err)
		}
		file := "../../../docs/images/console-" + theme.name + ".svg"
		got, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != want {
			t.Errorf("%s differs from the output of the program:\n%s", file, output)
		}
	}
}
