package logfile

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/logbook-go/logbook/internal/disk"
)

// dated names files after the time of their records. Parts of a file that was split by
// size have a number after the name: name.1 was written first, and the last part has no
// number. A number is not used again while its file exists.
type dated struct {
	path          string // of the log
	dir           string
	before, after string // a file name without its timestamp
	pattern       *datePattern
	plain         bool // the current file has the path of the log
	location      *time.Location
	ext           string         // of the compressor
	made          *regexp.Regexp // names of our files: groups of the pattern, then the number, then the extension

	// The period of the last record, and its time.
	last   string
	second int64
	zone   *time.Location

	named, name string // the last period asked for, and the path for it
}

func newDated(path, ext string, o *Dated) (*dated, error) {
	p, err := parseDatePattern(o.Pattern)
	if err != nil {
		return nil, err
	}
	d := &dated{path: path, dir: filepath.Dir(path), pattern: p, plain: o.Plain, location: o.Location, ext: ext}
	if err := d.readFormat(o.Format); err != nil {
		return nil, err
	}
	if info, err := os.Stat(d.dir); err != nil {
		return nil, err
	} else if !info.IsDir() {
		return nil, &fs.PathError{Op: "open", Path: path, Err: errors.New("the parent is not a directory")}
	}
	exts := make([]string, 0, len(packedExts)+1)
	for _, ext := range withExt(ext) {
		exts = append(exts, regexp.QuoteMeta(ext))
	}
	d.made = regexp.MustCompile("^" + regexp.QuoteMeta(d.before) + d.pattern.expr + regexp.QuoteMeta(d.after) +
		`(?:\.([1-9]\d{0,8}))?(` + strings.Join(exts, "|") + ")?$")
	return d, nil
}

// readFormat sets the file name without its timestamp.
func (d *dated) readFormat(format string) error {
	name := filepath.Base(d.path)
	ext := filepath.Ext(name)
	if ext == name { // .hidden
		ext = ""
	}
	literal := strings.NewReplacer("{timestamp}", "", "{basename}", "", "{ext}", "").Replace(format)
	if strings.Count(format, "{timestamp}") != 1 || strings.ContainsAny(literal, "{}") {
		return InvalidOption("RolloverFormat", fmt.Sprintf("want {timestamp} once, and no other fields than {basename} and {ext}, in %q", format))
	}
	for option, value := range map[string]string{"RolloverFormat": format, "Pattern": d.pattern.layout} {
		if strings.ContainsAny(value, `/\`) || strings.ContainsRune(value, filepath.Separator) {
			return InvalidOption(option, fmt.Sprintf("want the name of a file, without a directory, not %q", value))
		}
	}
	fields := strings.NewReplacer("{basename}", strings.TrimSuffix(name, ext), "{ext}", ext)
	before, after, _ := strings.Cut(format, "{timestamp}")
	d.before, d.after = fields.Replace(before), fields.Replace(after)
	return nil
}

// period is called for each record, so it formats each second once.
func (d *dated) period(at time.Time) string {
	if second, zone := at.Unix(), at.Location(); second != d.second || zone != d.zone {
		d.second, d.zone, d.last = second, zone, d.text(at)
	}
	return d.last
}

func (d *dated) periodOf(modified time.Time) string {
	if d.zone != nil {
		modified = modified.In(d.zone)
	}
	return d.text(modified)
}

func (d *dated) text(at time.Time) string {
	if d.location != nil {
		at = at.In(d.location)
	}
	return d.pattern.format(at)
}

func (d *dated) current(period string) string {
	if d.plain {
		return d.path
	}
	if period != d.named {
		d.named, d.name = period, d.of(period)
	}
	return d.name
}

func (d *dated) of(period string) string {
	return filepath.Join(d.dir, d.before+period+d.after)
}

func (d *dated) finish(files disk.FS, period string, ended bool) (string, error) {
	to := d.of(period)
	if ended {
		taken, err := d.taken(files, to, "")
		if err != nil {
			return "", err
		}
		ended = !taken
	}
	if !ended {
		var err error
		if to, err = d.nextPart(files, to); err != nil {
			return "", err
		}
	}
	return to, files.Rename(d.current(period), to)
}

// taken reports whether a finished file exists, compressed or with one of the extensions.
func (d *dated) taken(files disk.FS, path string, exts ...string) (bool, error) {
	b, err := findBackup(files, path, append(exts, withExt(d.ext)...))
	return err == nil && b.exists(), err
}

// nextPart returns the path for another part of a file.
func (d *dated) nextPart(files disk.FS, path string) (string, error) {
	names, err := files.ReadDir(d.dir)
	if err != nil {
		return "", err
	}
	last, prefix := 0, filepath.Base(path)+"."
	for _, name := range names {
		if number, ok := strings.CutPrefix(name, prefix); ok {
			number, _, _ = strings.Cut(number, ".")
			if n, err := strconv.Atoi(number); err == nil {
				last = max(last, n)
			}
		}
	}
	return path + "." + strconv.Itoa(last+1), nil
}

func (d *dated) backups(files disk.FS, current string) ([]*backup, error) {
	names, err := files.ReadDir(d.dir)
	if err != nil {
		return nil, err
	}
	type entry struct {
		*backup
		key    []int
		number int
		exts   []string
	}
	listed := make(map[string]*entry)
	for _, name := range names {
		key, number, ext, ok := d.parse(name)
		base := strings.TrimSuffix(name, ext)
		if !ok || filepath.Join(d.dir, base) == current {
			continue
		}
		e := listed[base]
		if e == nil {
			e = &entry{key: key, number: number}
			listed[base] = e
		}
		e.exts = append(e.exts, ext)
	}
	var all []*entry
	for base, e := range listed {
		if b, err := findBackup(files, filepath.Join(d.dir, base), e.exts); err == nil && b.exists() {
			e.backup = b
			all = append(all, e)
		}
	}
	slices.SortFunc(all, func(a, b *entry) int {
		return cmp.Or(slices.Compare(b.key, a.key), newerPart(a.number, b.number), strings.Compare(a.path, b.path))
	})
	backups := make([]*backup, len(all))
	for i := range all {
		backups[i] = all[i].backup
	}
	return backups, nil
}

// newerPart compares the numbers of parts; the one without a number is the last.
func newerPart(a, b int) int {
	return cmp.Or(cmp.Compare(min(a, 1), min(b, 1)), cmp.Compare(b, a))
}

// parse parses a file name. ext is that of a compressor.
func (d *dated) parse(name string) (key []int, number int, ext string, ok bool) {
	groups := d.made.FindStringSubmatch(name)
	if groups == nil {
		return nil, 0, "", false
	}
	n := 1 + len(d.pattern.units)
	if key, ok = d.pattern.order(groups[1:n]); !ok {
		return nil, 0, "", false
	}
	if groups[n] != "" {
		number, _ = strconv.Atoi(groups[n]) // nine digits at most
	}
	return key, number, groups[n+1], true
}

// packedPath makes a file that was written after its period was compressed another part.
func (d *dated) packedPath(files disk.FS, path string) (string, error) {
	taken, err := d.taken(files, path)
	if err != nil {
		return "", err
	}
	if !taken {
		return path + d.ext, nil
	}
	base := filepath.Base(path)
	if _, number, _, ok := d.parse(base); ok && number > 0 {
		path = strings.TrimSuffix(path, "."+strconv.Itoa(number))
	}
	path, err = d.nextPart(files, path)
	return path + d.ext, err
}
