package web_test

import (
	"bytes"
	"flag"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

var screenshots = flag.String("screenshots", "", "directory for pictures of the page")

// TestScreenshots writes pictures for the documentation, if the flag names a directory.
func TestScreenshots(t *testing.T) {
	d := startDemo(t)
	b := newBrowser(t, d)
	call(t, b, emulation.SetTimezoneOverride, emulation.SetTimezoneOverrideParams{TimezoneID: "Europe/Berlin"})
	for _, s := range []struct {
		name, path, theme string
		width, height     int64
	}{
		{"tickets-list", "/", "light", 1240, 760},
		{"tickets-ticket", "/tickets/2", "light", 1240, 980},
		{"tickets-dark", "/tickets/3", "dark", 1240, 980},
		{"tickets-phone", "/", "light", 390, 844},
		{"tickets-phone-ticket", "/tickets/1", "dark", 390, 844},
	} {
		b.scheme(t, s.theme)
		b.do(t, chromedp.EmulateViewport(s.width, s.height))
		b.open(t, d.url+s.path)
		eval[int](t, b, `document.fonts.ready.then(() => 0)`)
		shot, err := chromedp.Run(b, chromedp.CaptureScreenshot())
		if err != nil {
			t.Fatal(err)
		}
		small, err := reduced(shot)
		if err != nil {
			t.Fatal(err)
		}
		if *screenshots == "" {
			continue
		}
		if err := os.WriteFile(filepath.Join(*screenshots, s.name+".png"), small, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// scheme sets the colour scheme of the system.
func (b *browser) scheme(t *testing.T, name string) {
	t.Helper()
	call(t, b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}}})
}

// reduced returns a picture with its 256 most frequent colours, which takes a third of the space.
func reduced(shot []byte) ([]byte, error) {
	original, err := png.Decode(bytes.NewReader(shot))
	if err != nil {
		return nil, err
	}
	bounds := original.Bounds()
	counts := map[color.Color]int{}
	for y := range bounds.Dy() {
		for x := range bounds.Dx() {
			counts[original.At(x, y)]++
		}
	}
	var colors color.Palette
	for c := range counts {
		colors = append(colors, c)
	}
	slices.SortFunc(colors, func(a, b color.Color) int { return counts[b] - counts[a] })
	colors = colors[:min(len(colors), 256)]
	nearest := map[color.Color]uint8{}
	small := image.NewPaletted(bounds, colors)
	for y := range bounds.Dy() {
		for x := range bounds.Dx() {
			c := original.At(x, y)
			i, known := nearest[c]
			if !known {
				i = uint8(colors.Index(c))
				nearest[c] = i
			}
			small.SetColorIndex(x, y, i)
		}
	}
	var b bytes.Buffer
	err = (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, small)
	return b.Bytes(), err
}
