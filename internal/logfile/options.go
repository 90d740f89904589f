package logfile

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"path/filepath"
	"reflect"
	"strings"
	"time"

	"github.com/logbook-go/logbook/internal/disk"
	"github.com/logbook-go/logbook/logbook"
)

// defaultMode allows the group to read logs, and nobody else.
const defaultMode fs.FileMode = 0o640

// Options configure a log file. The zero value of a field leaves the feature out.
type Options struct {
	Path string      // absolute
	Mode fs.FileMode // of a file that is created, before the umask; 0: 0640

	Delay    bool          // open the file with the first record
	Truncate bool          // empty it with the first record, unless another user has it open
	TakeOver bool          // replace users with other options; empty the file only once in a run
	Follow   bool          // a symbolic link as last element of the path
	Watch    time.Duration // how often the path is checked; 0: never; negative: before each write
	Shared   bool          // other processes write to the same path with the same options

	Numbered bool   // finished files are numbered
	Dated    *Dated // files are named after their time; nil: they are not
	MaxSize  int64  // in bytes; numbered and dated files stay below it

	Backups  int           // how many finished files are kept; 0: all, negative: none
	MaxAge   time.Duration // of finished files
	MaxTotal int64         // bytes of all finished files
	Compress Compressor    // of finished files
	OnRotate func(Rotation)

	SyncLevel    slog.Leveler
	SyncInterval time.Duration
	Buffer       *Buffer
	OnError      func(error) // called for failures that lose no record

	FS  disk.FS          // nil: that of the system
	Now func() time.Time // nil: time.Now; for the age of files
}

// Dated configures names after the time of the records.
type Dated struct {
	Pattern  string         // strftime, of numbers
	Format   string         // of file names, with {basename}, {timestamp} and {ext}
	Plain    bool           // the current file has the plain path
	Location *time.Location // for the pattern; nil: that of the record's time
}

// Compressor compresses finished files.
type Compressor interface {
	Ext() string
	NewWriter(w io.Writer) (io.WriteCloser, error)
}

// Rotation describes a finished file.
type Rotation struct {
	Path   string // of the log
	Backup string // the finished file, already compressed; "" if it was removed already
}

// settings are checked options, in the form that a log file needs.
type settings struct {
	buffer  *writeBuffer
	watch   time.Duration
	maxSize int64
	syncs   bool // has a level or an interval for it

	path     string
	mode     fs.FileMode
	truncate bool
	takeOver bool
	follow   bool
	shared   bool

	names naming
	keep  retention
	pack  Compressor

	syncInterval time.Duration

	onRotate func(Rotation)
	onError  func(error)

	files     disk.FS
	timeOfDay func() time.Time
}

// settings checks the options.
func (o *Options) settings() (s settings, err error) {
	if err := o.check(); err != nil {
		return s, err
	}
	s = settings{
		buffer: newWriteBuffer(o.Buffer), watch: o.Watch, maxSize: o.MaxSize,
		path: o.Path, mode: cmp.Or(o.Mode, defaultMode), truncate: o.Truncate, takeOver: o.TakeOver,
		follow: o.Follow, shared: o.Shared,
		keep: retention{backups: o.Backups, maxAge: o.MaxAge, maxTotal: o.MaxTotal}, pack: o.Compress,
		syncs: o.SyncLevel != nil || o.SyncInterval > 0, syncInterval: o.SyncInterval,
		onRotate: o.OnRotate, onError: o.OnError, files: o.FS, timeOfDay: o.Now,
	}
	if s.files == nil {
		s.files = disk.OS{}
	}
	if s.timeOfDay == nil {
		s.timeOfDay = time.Now
	}
	ext := ""
	if o.Compress != nil {
		ext = o.Compress.Ext()
	}
	switch {
	case o.Dated != nil:
		s.names, err = newDated(o.Path, ext, o.Dated)
	case o.Numbered:
		s.names = &numbered{path: o.Path, ext: ext, keep: o.Backups}
	}
	return s, err
}

// check returns the first error in the options.
func (o *Options) check() error {
	if o.Mode&^fs.ModePerm != 0 {
		return InvalidOption("Mode", fmt.Sprintf("want 0 to 0777, not %#o", uint32(o.Mode)))
	}
	buffer := cmp.Or(o.Buffer, new(Buffer))
	for _, n := range []struct {
		option   string
		negative bool
	}{
		{"SyncInterval", o.SyncInterval < 0},
		{"Buffer.Size", buffer.Size < 0},
		{"Buffer.Interval", buffer.Interval < 0},
		{"MaxSize", o.MaxSize < 0},
		{"MaxAge", o.MaxAge < 0},
		{"MaxTotal", o.MaxTotal < 0},
	} {
		if n.negative {
			return InvalidOption(n.option, "want 0 or more")
		}
	}
	if o.Compress != nil {
		ext := o.Compress.Ext()
		if len(ext) < 2 || ext[0] != '.' || strings.ContainsAny(ext[1:], "./\\"+string(filepath.Separator)) {
			return InvalidOption("Compress", fmt.Sprintf("want an extension such as .gz, not the %q of %T", ext, o.Compress))
		}
	}
	return nil
}

// InvalidOption returns the error for an invalid option.
func InvalidOption(name, want string) error {
	return &logbook.OptionError{Options: "handlers.FileOptions", Option: name, Err: errors.New(want)}
}

// differing returns the name of an option that must be equal for all users of a file and
// differs between two of them, or "". Different kinds of files need different paths.
func differing(a, b *Options) string {
	if a.Follow != b.Follow || a.Numbered != b.Numbered || (a.Watch == 0) != (b.Watch == 0) || (a.Dated == nil) != (b.Dated == nil) {
		return "path"
	}
	x, y := reflect.ValueOf(*a), reflect.ValueOf(*b)
	for i := range x.NumField() {
		switch name := x.Type().Field(i).Name; name {
		case "Delay", "Truncate", "TakeOver", "OnError":
		default:
			if !reflect.DeepEqual(x.Field(i).Interface(), y.Field(i).Interface()) {
				return name
			}
		}
	}
	return ""
}
