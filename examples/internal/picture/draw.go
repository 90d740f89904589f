package main

import (
	"encoding/xml"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// A theme has the colours of a terminal. colors are those of the codes 31 to 36.
type theme struct {
	name, background, border, text, dim string
	colors                              [6]string
}

var themes = []theme{
	{"light", "#ffffff", "#d1d9e0", "#1f2328", "#6a737d", [...]string{"#cf222e", "#1a7f37", "#9a6700", "#0969da", "#8250df", "#1b7c83"}},
	{"dark", "#0d1117", "#3d444d", "#f0f6fc", "#8b949e", [...]string{"#ff7b72", "#3fb950", "#d29922", "#58a6ff", "#bc8cff", "#39c5cf"}},
}

// Measures of the picture, in pixels. Each piece of text is stretched to its columns, so that
// the font of the reader does not matter.
const (
	margin = 16
	column = 8
	line   = 19
	size   = 13 // of the font
)

// A span is a piece of a line in one style.
type span struct {
	column    int
	text      string
	bold, dim bool
	color     int // 31 to 36, or 0
}

var (
	escape = regexp.MustCompile(`\x1b\[([0-9;]*)m`)
	clock  = regexp.MustCompile(`\d\d:\d\d:\d\d\.\d{3}`)
)

// draw returns the command and its output as SVG. The times in the output are replaced, so that
// each run gives the same picture.
func draw(command, output string, t theme) (string, error) {
	output = strings.TrimRight(strings.ReplaceAll(output, "\r\n", "\n"), "\n")
	milliseconds := 119
	output = clock.ReplaceAllStringFunc(output, func(string) string {
		milliseconds++
		return fmt.Sprintf("09:41:07.%03d", milliseconds)
	})
	if command != "" {
		output = "\x1b[2m$\x1b[0m " + command + "\n" + output
	}

	var texts strings.Builder
	rows, columns := 0, 0
	for l := range strings.SplitSeq(output, "\n") {
		spans, width, err := parse(l)
		if err != nil {
			return "", fmt.Errorf("line %d: %w", rows+1, err)
		}
		for _, s := range spans {
			s.write(&texts, margin+rows*line+size)
		}
		rows, columns = rows+1, max(columns, width)
	}

	var b strings.Builder
	width, height := columns*column+2*margin, rows*line+2*margin-(line-size)
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %[1]d %[2]d">`+"\n", width, height)
	fmt.Fprintf(&b, "<style>\ntext { font: %dpx ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace; white-space: pre; fill: %s }\n", size, t.text)
	fmt.Fprintf(&b, ".bold { font-weight: bold }\n.dim { fill: %s }\n", t.dim)
	for i, c := range t.colors {
		fmt.Fprintf(&b, ".c%d { fill: %s }\n", 31+i, c)
	}
	fmt.Fprintf(&b, "</style>\n"+`<rect x="0.5" y="0.5" width="%d" height="%d" rx="8" fill="%s" stroke="%s"/>`+"\n", width-1, height-1, t.background, t.border)
	b.WriteString(texts.String() + "</svg>\n")
	return b.String(), nil
}

// write appends the span, without the spaces around it.
func (s span) write(b *strings.Builder, y int) {
	text := strings.TrimLeft(s.text, " ")
	s.column += len(s.text) - len(text)
	text = strings.TrimRight(text, " ")
	if text == "" {
		return
	}
	fmt.Fprintf(b, `<text x="%d" y="%d" textLength="%d"`, margin+s.column*column, y, utf8.RuneCountInString(text)*column)
	var classes []string
	if s.bold {
		classes = append(classes, "bold")
	}
	if s.dim {
		classes = append(classes, "dim")
	}
	if s.color != 0 {
		classes = append(classes, fmt.Sprintf("c%d", s.color))
	}
	if classes != nil {
		fmt.Fprintf(b, ` class="%s"`, strings.Join(classes, " "))
	}
	b.WriteString(">")
	_ = xml.EscapeText(b, []byte(text)) // a strings.Builder does not fail
	b.WriteString("</text>\n")
}

// parse splits a line at its colour codes. width is its number of columns.
func parse(l string) (spans []span, width int, err error) {
	var style span
	for l != "" {
		at := escape.FindStringSubmatchIndex(l)
		text := l
		if at != nil {
			text = l[:at[0]]
		}
		if strings.ContainsFunc(text, func(c rune) bool { return c < ' ' }) {
			return nil, 0, fmt.Errorf("control characters in %q", text)
		}
		style.column, style.text = width, text
		spans = append(spans, style)
		width += utf8.RuneCountInString(text)
		if at == nil {
			break
		}
		for code := range strings.SplitSeq(l[at[2]:at[3]], ";") {
			if err := style.set(code); err != nil {
				return nil, 0, err
			}
		}
		l = l[at[1]:]
	}
	return spans, width, nil
}

// set applies a code to the style of the text that follows.
func (s *span) set(code string) error {
	switch code {
	case "", "0":
		s.bold, s.dim, s.color = false, false, 0
	case "1":
		s.bold = true
	case "2":
		s.dim = true
	case "31", "32", "33", "34", "35", "36":
		s.color = 30 + int(code[1]-'0')
	default:
		return fmt.Errorf("unknown colour code %s", code)
	}
	return nil
}
