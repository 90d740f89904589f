package logfile

import (
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/logbook-go/logbook/internal/disk"
)

// numbered names finished files by number: name.1 is the newest one. With each rotation
// they move up. A missing number, after a rotation that ended halfway, is filled by the
// next rotation.
type numbered struct {
	path string // of the current file
	ext  string // of the compressor
	keep int    // backups; 0: all, negative: none
}

func (n *numbered) period(time.Time) string   { return "" }
func (n *numbered) periodOf(time.Time) string { return "" }
func (n *numbered) current(string) string     { return n.path }

// listed returns the numbers of the finished files, with the extensions of each. A file
// such as name.20240229 may belong to another program.
func (n *numbered) listed(files disk.FS) (map[int][]string, error) {
	names, err := files.ReadDir(filepath.Dir(n.path))
	if err != nil {
		return nil, err
	}
	all := make(map[int][]string)
	prefix, exts := filepath.Base(n.path)+".", withExt(n.ext)
	for _, name := range names {
		if suffix, ok := strings.CutPrefix(name, prefix); ok {
			number, ext := cutExt(suffix, exts)
			if i, err := strconv.Atoi(number); err == nil && i > 0 && strconv.Itoa(i) == number {
				all[i] = append(all[i], ext)
			}
		}
	}
	return all, nil
}

func (n *numbered) at(files disk.FS, i int, exts []string) (*backup, error) {
	return findBackup(files, n.path+"."+strconv.Itoa(i), exts)
}

// finish renames the backups below the first free number to the next number each, so that
// nothing has to be removed first.
func (n *numbered) finish(files disk.FS, _ string, _ bool) (string, error) {
	listed, err := n.listed(files)
	if err != nil {
		return "", err
	}
	var row []*backup
	for {
		i := len(row) + 1
		b, err := n.at(files, i, listed[i])
		if err != nil {
			return "", err
		}
		if !b.exists() {
			break
		}
		if b.doubled() { // so that each number is renamed by one call, or not at all
			if err := files.Remove(b.path); err != nil {
				return "", err
			}
			b.plain = nil
		}
		row = append(row, b)
	}
	for i := len(row); i > 0; i-- {
		if err := row[i-1].rename(files, n.path+"."+strconv.Itoa(i+1)); err != nil {
			return "", err
		}
	}
	newest := n.path + ".1"
	return newest, files.Rename(n.path, newest)
}

// backups returns the backups up to the number to keep, and those beyond without a gap.
func (n *numbered) backups(files disk.FS, _ string) (all []*backup, err error) {
	listed, err := n.listed(files)
	if err != nil {
		return nil, err
	}
	last := max(n.keep, 0)
	for _, i := range slices.Sorted(maps.Keys(listed)) {
		if i-1 > last {
			break
		}
		last = max(last, i)
		b, err := n.at(files, i, listed[i])
		if err != nil {
			return nil, err
		}
		if b.exists() {
			all = append(all, b)
		}
	}
	return all, nil
}

// packedPath returns the path with the extension: compressed files keep their number.
func (n *numbered) packedPath(_ disk.FS, path string) (string, error) { return path + n.ext, nil }

// cutExt cuts one of the extensions off a name.
func cutExt(name string, exts []string) (base, ext string) {
	for _, ext := range exts {
		if base, ok := strings.CutSuffix(name, ext); ok {
			return base, ext
		}
	}
	return name, ""
}
