package logfile

import (
	"cmp"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"path/filepath"
	"reflect"
	"strings"
	"time"

	"github.com/logbook-go/logbook/internal/disk"
)

// defaultMode lets a group read logs, and nobody else.
const defaultMode fs.FileMode = 0o640

// Options say what happens to a log file. The zero value of a field leaves the feature
// out.
type Options struct {
	Path string      // absolute
	Mode fs.FileMode // of a file that is created, before the umask; 0: 0640

	Delay    bool          // open the file with the first record
	Truncate bool          // empty it with the first record, unless another user has it open
	TakeOver bool          // from users with other options, and empty it once in a run only
	Follow   bool          // a symbolic link at the end of the path
	Watch    time.Duration // how often the path is looked at; negative: before each write
	Shared   bool          // other processes write to the same path with the same options

	Numbered bool   // finished files have numbers
	Dated    *Dated // files are named after their time; nil: they are not
	MaxSize  int64  // in bytes; a file that is numbered or dated stays below it

	Backups  int           // how many finished files are kept; 0: all, negative: none
	MaxAge   time.Duration // of finished files
	MaxTotal int64         // bytes of all finished files
	Compress Compressor    // of finished files
	OnRotate func(Rotation)

	SyncLevel    slog.Leveler
	SyncInterval time.Duration
	Buffer       *Buffer
	OnError      func(error) // hears of what failed without costing a record

	FS  disk.FS          // nil: that of the system
	Now func() time.Time // nil: time.Now; for the age of files
}

// Dated says how files are named after their time.
type Dated struct {
	Pattern  string         // strftime, of numbers
	Format   string         // of file names, with {basename}, {timestamp} and {ext}
	Plain    bool           // the file that is written to has the plain path
	Location *time.Location // for the pattern; nil: that of the record's time
}

// Compressor compresses finished files.
type Compressor interface {
	Ext() string
	NewWriter(w io.Writer) (io.WriteCloser, error)
}

// Rotation tells of a finished file.
type Rotation struct {
	Path   string // of the log
	Backup string // the finished file, compressed by now; "" if it was removed already
}

// settings are options that were checked, as a log file needs them.
type settings struct {
	buffer  *writeBuffer
	watch   time.Duration
	maxSize int64
	syncs   bool // now and then

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

// check reports options that make no sense.
func (o *Options) check() error {
	switch {
	case o.Mode&^fs.ModePerm != 0:
		return OptionError("Mode", fmt.Sprintf("%#o", uint32(o.Mode)))
	case o.SyncInterval < 0:
		return OptionError("SyncInterval", o.SyncInterval)
	case o.Buffer != nil && o.Buffer.Size < 0:
		return OptionError("Buffer.Size", o.Buffer.Size)
	case o.Buffer != nil && o.Buffer.Interval < 0:
		return OptionError("Buffer.Interval", o.Buffer.Interval)
	case o.MaxSize < 0:
		return OptionError("MaxSize", o.MaxSize)
	case o.MaxAge < 0:
		return OptionError("MaxAge", o.MaxAge)
	case o.MaxTotal < 0:
		return OptionError("MaxTotal", o.MaxTotal)
	}
	if o.Compress != nil {
		ext := o.Compress.Ext()
		if len(ext) < 2 || ext[0] != '.' || strings.ContainsAny(ext[1:], "./\\"+string(filepath.Separator)) {
			return OptionError("Compress", fmt.Sprintf("%T with the extension %q", o.Compress, ext))
		}
	}
	return nil
}

// OptionError returns an error that blames an option.
func OptionError(name string, value any) error {
	return fmt.Errorf("option %s is %v: %w", name, value, fs.ErrInvalid)
}

// differing returns the name of an option that matters to all users of a file and that
// two of them disagree on; "" if there is none.
func differing(a, b *Options) string {
	if a.Follow != b.Follow || a.Numbered != b.Numbered || (a.Watch == 0) != (b.Watch == 0) || (a.Dated == nil) != (b.Dated == nil) {
		return "kind of handler"
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
