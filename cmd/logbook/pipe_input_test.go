package main

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"unicode/utf16"

	"github.com/klauspost/compress/zstd"
)

// pipeHere runs the command pipe in this process.
func pipeHere(stdin string, args ...string) (stdout, stderr string, code int) {
	var out, errs bytes.Buffer
	code = run(append([]string{"pipe"}, args...), strings.NewReader(stdin), &out, &errs)
	return out.String(), errs.String(), code
}

// writeFile writes a file and returns its path.
func writeFile(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

func gzipped(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func zstded(t *testing.T, text string) string {
	t.Helper()
	z, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	if err != nil {
		t.Fatal(err)
	}
	return string(z.EncodeAll([]byte(text), nil))
}

// utf16Text returns a text in UTF-16, with a byte order mark.
func utf16Text(t *testing.T, order binary.AppendByteOrder, text string) string {
	t.Helper()
	var b []byte
	for _, unit := range utf16.Encode([]rune("\ufeff" + text)) {
		b = order.AppendUint16(b, unit)
	}
	return string(b)
}

func TestPipeFiles(t *testing.T) {
	const (
		a1 = "2026-03-05T10:00:01Z INFO a one\n"
		a3 = "2026-03-05T10:00:03Z ERROR a three\n"
		b2 = "2026-03-05T10:00:02Z INFO b two\n"
		b4 = "2026-03-05T10:00:04Z INFO b four\n"
	)
	dir := t.TempDir()
	file := func(name, text string) string { return writeFile(t, dir, name, text) }
	a, b := file("a.log", a1+a3), file("b.log", b2+b4)
	aGz, bZst := file("a.log.gz", gzipped(t, a1+a3)), file("b.log.zst", zstded(t, b2+b4))
	plainGz, plainZst := file("packed.log", gzipped(t, a1+a3)), file("packed.2", zstded(t, b2+b4))
	utf16LE := file("windows.log", utf16Text(t, binary.LittleEndian, a1+"\U0001fad6 \u00e9\r\n"+a3))
	twice := file("twice.gz", gzipped(t, a1)+gzipped(t, a3))
	twiceZst := file("twice.zst", zstded(t, b2)+zstded(t, b4))
	stacks := file("stacks.log", "2026-03-05T10:00:02Z ERROR s failed\n\tat x\n\tat y\nno time\n2026-03-05T10:00:05Z INFO s end\n")
	noEnd := file("no-end.log", a1+strings.TrimSuffix(a3, "\n"))
	early := file("early.log", "first of all\n"+b2)
	empty, emptyZst := file("empty.log", ""), file("empty.zst", "")
	zones := file("zones.log", "2026-03-05T11:00:03+01:00 INFO z three\n2026-03-05T05:00:03-05:00 INFO z also\n")
	tests := []struct {
		name        string
		files       []string
		stdin, want string
	}{
		{"one", []string{a}, "", a1 + a3},
		{"no newline at the end", []string{noEnd}, "", a1 + a3},
		{"two", []string{a, b}, "", a1 + b2 + a3 + b4},
		{"the order of the names does not matter", []string{b, a}, "", a1 + b2 + a3 + b4},
		{"equal times in the order of the names", []string{zones, a}, "", a1 + "2026-03-05T11:00:03+01:00 INFO z three\n2026-03-05T05:00:03-05:00 INFO z also\n" + a3},
		{"the same twice", []string{a, a}, "", a1 + a1 + a3 + a3},
		{"stacks stay whole, lines without a time stay where they are", []string{a, stacks}, "",
			a1 + "2026-03-05T10:00:02Z ERROR s failed\n\tat x\n\tat y\nno time\n" + a3 + "2026-03-05T10:00:05Z INFO s end\n"},
		{"lines before the first time come first", []string{a, early}, "", "first of all\n" + a1 + b2 + a3},
		{"gzip", []string{aGz}, "", a1 + a3},
		{"zstd", []string{bZst}, "", b2 + b4},
		{"gzip and zstd", []string{bZst, aGz}, "", a1 + b2 + a3 + b4},
		{"several gzip members", []string{twice}, "", a1 + a3},
		{"several zstd frames", []string{twiceZst}, "", b2 + b4},
		{"empty", []string{empty, a, emptyZst}, "", a1 + a3},
		{"compressed without a name that says so", []string{plainGz, plainZst}, "", a1 + b2 + a3 + b4},
		{"standard input", []string{"-"}, a1, a1},
		{"gzip in standard input", nil, gzipped(t, a1) + gzipped(t, a3), a1 + a3},
		{"zstd in standard input", nil, zstded(t, b2) + zstded(t, b4), b2 + b4},
		{"gzip in standard input, and a file", []string{"-", b}, gzipped(t, a1+a3), a1 + b2 + a3 + b4},
		{"UTF-16 of Windows", []string{utf16LE}, "", a1 + "\U0001fad6 \u00e9\n" + a3},
		{"UTF-16, the other byte order", nil, utf16Text(t, binary.BigEndian, a1+a3), a1 + a3},
		{"UTF-16, much", nil, utf16Text(t, binary.LittleEndian, strings.Repeat("\U0001fad6\u00e9x\n", chunkSize)), strings.Repeat("\U0001fad6\u00e9x\n", chunkSize)},
		{"UTF-16, half a character at the end", nil, "\xff\xfea\x00\n\x00\x3e\xd8\x01", "a\n\ufffd\ufffd\n"},
		{"UTF-16, the halves of characters alone", nil, "\xfe\xff\xde\x3e\x00a\xd8\x3e\x00b", "\ufffda\ufffdb\n"},
		{"UTF-16, nothing", nil, "\xff\xfe", ""},
		{"first bytes as of gzip", nil, "\x1fa\n\x1f", "\x1fa\n\x1f\n"},
		{"first bytes as of zstd", nil, "(\xb5/\n", "(\xb5/\n"},
		{"a single byte", nil, "(", "(\n"},
		{"empty standard input", nil, "", ""},
		{"standard input and a file", []string{"-", b}, a1 + a3, a1 + b2 + a3 + b4},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, stderr, code := pipeHere(tt.stdin, append([]string{"--output", "raw"}, tt.files...)...)
			if got != tt.want || stderr != "" || code != exitOK {
				t.Errorf("exit code %d, %q\ngot\n%s\nwant\n%s", code, stderr, got, tt.want)
			}
		})
	}
}

// The lines of several files that are longer than what is read at once are merged, too.
func TestPipeMergesMuch(t *testing.T) {
	const n = 3 * chunkSize / 30
	dir := t.TempDir()
	var files, want []string
	texts := make([]strings.Builder, 3)
	for i := range n {
		line := fmt.Sprintf("2026-03-05T10:%02d:%02d.%03dZ INFO %d\n", i/60000, i/1000%60, i%1000, i)
		texts[i*i%3].WriteString(line) // in turns of one and two
		want = append(want, line)
	}
	for i := range texts {
		files = append(files, writeFile(t, dir, fmt.Sprint(i, ".gz"), gzipped(t, texts[i].String())))
	}
	got, stderr, code := pipeHere("", append([]string{"--output", "raw"}, files...)...)
	if got != strings.Join(want, "") || stderr != "" || code != exitOK {
		t.Errorf("exit code %d, %q, %d bytes, want %d", code, stderr, len(got), len(strings.Join(want, "")))
	}
}

// An input that cannot be read to its end is reported, and those beside it are read.
func TestPipeBrokenFiles(t *testing.T) {
	const line = "2026-03-05T10:00:01Z INFO a one\n"
	whole := gzipped(t, strings.Repeat(line, 1000))
	zst := zstded(t, strings.Repeat(line, 1000))
	dir := t.TempDir()
	good := writeFile(t, dir, "good.log", line)
	tests := []struct {
		name, text, want string
		lines            bool // some can be read
	}{
		{"header.gz", "no gzip" + whole, "gzip: invalid header", false},
		{"empty.gz", "", "the compressed data is cut off", false},
		{"cut-header.gz", whole[:5], "the compressed data is cut off", false},
		{"cut.gz", whole[:len(whole)-12], "the compressed data is cut off", true},
		{"checksum.gz", whole[:len(whole)-8] + "12345678", "gzip: invalid checksum", true},
		{"rest.gz", whole + "rest", "the compressed data is cut off", true},
		{"garbage-after.gz", whole + strings.Repeat("garbage", 9), "gzip: invalid header", true},
		{"header.zst", "no zstd" + zst, "invalid input: magic number mismatch", false},
		{"cut.zst", zst[:len(zst)-6], "the compressed data is cut off", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := writeFile(t, dir, tt.name, tt.text)
			inputs := [][]string{{path}, {good, path}, {path, good}}
			if strings.HasPrefix(tt.text, whole[:2]) || strings.HasPrefix(tt.text, zst[:4]) {
				inputs = append(inputs, []string{"-"}, []string{"-", good})
			}
			for _, files := range inputs {
				got, stderr, code := pipeHere(tt.text, append([]string{"--output", "raw"}, files...)...)
				name := path
				if files[0] == "-" {
					name = "standard input"
				}
				if stderr != "logbook: "+name+": "+tt.want+"\n" || code != exitFailed {
					t.Errorf("%q: exit code %d, %q", files, code, stderr)
				}
				n := strings.Count(got, line)
				part := strings.TrimSuffix(strings.ReplaceAll(got, line, ""), "\n") // of the line at the cut
				if !strings.HasPrefix(line, part) || (n > len(files)-1) != tt.lines || n < len(files)-1 {
					t.Errorf("%q: %d lines, %d bytes", files, n, len(got))
				}
			}
		})
	}
}

// Compressed data that a program writes is printed as far as it can be decompressed.
func TestPipeLiveCompressed(t *testing.T) {
	type flusher interface {
		io.WriteCloser
		Flush() error
	}
	for name, compress := range map[string]func(io.Writer) (flusher, error){
		"gzip": func(w io.Writer) (flusher, error) { return gzip.NewWriter(w), nil },
		"zstd": func(w io.Writer) (flusher, error) { return zstd.NewWriter(w, zstd.WithEncoderConcurrency(1)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := start(t, "pipe", "--output", "raw")
			w, err := compress(r.stdin)
			if err != nil {
				t.Fatal(err)
			}
			for i := range 3 {
				line := fmt.Sprintf("2026-03-05T10:00:0%dZ INFO a", i)
				if _, err := io.WriteString(w, line+"\n"); err != nil {
					t.Fatal(err)
				}
				if err := w.Flush(); err != nil {
					t.Fatal(err)
				}
				if got := r.next(t); got != line {
					t.Errorf("got %q, want %q", got, line)
				}
			}
			if err := errors.Join(w.Close(), r.stdin.Close()); err != nil {
				t.Fatal(err)
			}
			if code := exitOf(t, r.wait()); code != exitOK || r.stderr.Len() > 0 {
				t.Errorf("exit code %d, %q", code, r.stderr.String())
			}
		})
	}
}

// What cannot be opened is a usage error: nothing was read.
func TestPipeUnopenedFiles(t *testing.T) {
	dir := t.TempDir()
	good := writeFile(t, dir, "good.log", textLine+"\n")
	compressed := writeFile(t, dir, "a.gz", gzipped(t, textLine+"\n"))
	missing := filepath.Join(dir, "missing.log")
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{missing}, "open " + missing + ": " + syscall.ENOENT.Error()},
		{[]string{good, missing}, "open " + missing + ": " + syscall.ENOENT.Error()},
		{[]string{good, dir}, dir + ": is a directory"},
		{[]string{"-", good, "-"}, "standard input (-) can be read only once"},
		{[]string{"-f", compressed}, compressed + ": cannot follow a compressed file"},
		{[]string{"-f"}, "-f follows files: name at least one"},
	} {
		got, stderr, code := pipeHere("", tt.args...)
		if got != "" || stderr != "logbook: "+tt.want+"\nTry 'logbook pipe --help'.\n" || code != exitUsage {
			t.Errorf("%q: exit code %d, %q, %q", tt.args, code, got, stderr)
		}
	}
}

// A reader that has enough, as head, ends pipe without a message, however much there is.
func TestPipeClosedOutputOfFiles(t *testing.T) {
	dir := t.TempDir()
	a := writeFile(t, dir, "a.log", strings.Repeat(textLine+"\n", 10000))
	b := writeFile(t, dir, "b.log", strings.Repeat(textLine+"\n", 10000))
	for _, output := range outputNames {
		for _, files := range [][]string{{a}, {a, b}} {
			var stderr bytes.Buffer
			args := append([]string{"pipe", "--output", output}, files...)
			if code := run(args, strings.NewReader(""), unwritable{syscall.EPIPE}, &stderr); code != exitClosed || stderr.Len() > 0 {
				t.Errorf("%q: exit code %d, %q", args, code, &stderr)
			}
		}
	}
}
