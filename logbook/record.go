package logbook

import (
	"context"
	"log/slog"
	"os"
	"reflect"
	"sync"
	"sync/atomic"
	"time"

	"github.com/logbook-go/logbook/internal/goroutine"
	"github.com/logbook-go/logbook/internal/pyjson"
)

// Record is one logged event.
//
// Records are pooled. A handler may read one during its Handle only; what wants
// to keep it calls [Record.Retain] and keeps what that returns. A record is
// sealed once the processors have run: handlers change only a [Record.Clone].
// With the race detector, or the build tag logbook_poison, a record that is used
// after its time panics.
//
// A record that is not retained is read by one goroutine at a time. A handler that
// hands it to several retains it first.
type Record struct {
	content
	call   []slog.Attr  // the call's attributes
	extra  []slog.Attr  // the processors' attributes
	refs   atomic.Int32 // 0: not retained; else the references, and running
	pooled bool
	dead   bool

	retaining sync.Mutex // held while the first reference is made

	// The state of the delivery, which only its goroutine knows.
	failure error         // why a part of the template could not be rendered
	raised  *HandlerError // by the error flag, when a handler offered the record on

	// What a pooled record keeps from one use to the next.
	callSpace  [16]slog.Attr
	extraSpace [8]slog.Attr
	argSpace   [8]any
	pcs        [1]uintptr
	buffer     []byte // see Options.WriteLine
	text       []byte // the rendered message, if expanded is set
}

// content is what a record is about.
type content struct {
	level    Level
	timed    bool // time is what it is to be; zero: none
	rendered bool
	expanded bool
	replaced bool // by SetMessage
	literal  bool // the template is no template
	printf   bool // but a printf-style format
	sealed   bool
	fixed    bool // what could change is resolved

	time     time.Time
	channel  string
	template string // as logged
	message  string // rendered, if rendered is set
	fargs    []any  // arguments of a printf-style format, until it is rendered for good
	named    usedAttrs

	ctx    context.Context
	logger *Logger
	scope  *scope // With's attributes and groups

	pc        uintptr
	callSite  *site        // what pc is to be once it is needed, if that is known
	source    *slog.Source // instead of a pc, in records from elsewhere
	pid       int
	goroutine uint64
	foreign   *foreignFields
}

// usedAttrs says which attributes of a record its message shows: a bit for each of
// the first 64 of the call and of With.
type usedAttrs struct{ call, root uint64 }

// foreignFields is what a record came with from elsewhere.
type foreignFields struct {
	object pyjson.Object
	extra  int // how many of the record's processors' attributes came along
	size   int // of its JSON, in bytes
}

// name returns a text field that Go has no place for.
func (f *foreignFields) name(key string) string {
	if f == nil {
		return ""
	}
	v, _ := f.object.Get(key)
	s, _ := v.(string)
	return s
}

// maxBuffer is the largest buffer that is kept for reuse, so that one huge line
// does not hold memory for good.
const maxBuffer = 64 << 10

// running is in the references of a retained record until the call that made it ends.
const inCall = 1 << 30

var pid = os.Getpid()

// Time returns when the record was made, in the local zone unless it came from
// elsewhere.
func (r *Record) Time() time.Time {
	r.alive()
	return r.time
}

// Level returns the record's level.
func (r *Record) Level() Level {
	r.alive()
	return r.level
}

// Channel returns the name of the logger.
func (r *Record) Channel() string {
	r.alive()
	return r.channel
}

// Context returns the context of the call, never nil. It is there for its
// values, such as trace ids; it may be cancelled, and its deadline does not
// concern whoever writes the record.
func (r *Record) Context() context.Context {
	r.alive()
	if isNil(r.ctx) {
		return context.Background()
	}
	return r.ctx
}

// Template returns the message as it was logged, with its names in braces.
func (r *Record) Template() string {
	r.alive()
	return r.template
}

// PID returns the id of the process that logged.
func (r *Record) PID() int {
	r.alive()
	return r.pid
}

// Goroutine returns the id of the goroutine that logged, 0 if not known. Asked
// outside of Handle it is known only for retained records.
func (r *Record) Goroutine() uint64 {
	r.alive()
	if r.goroutine == 0 && r.pooled && r.refs.Load() == 0 {
		return goroutine.ID()
	}
	return r.goroutine
}

// From reports whether the record was logged through l or a logger that With
// made of it.
func (r *Record) From(l *Logger) bool {
	r.alive()
	return l != nil && r.logger != nil && r.logger.core == l.core
}

// site returns what is known of the record's program counter.
func (r *Record) site() *site {
	if r.callSite != nil && r.callSite.pc == r.pc {
		return r.callSite
	}
	return siteOf(r.pc)
}

// PC returns the program counter of the logging call, 0 if the caller was not
// looked up: with introspection off, if no handler needs it, or in a record from
// elsewhere.
func (r *Record) PC() uintptr {
	r.alive()
	return r.pc
}

// Source returns where the logging call stands: function, file and line. It is
// never nil; it is empty where [Record.PC] is 0, unless the record came with a
// source of its own. The result must not be changed.
func (r *Record) Source() *slog.Source {
	r.alive()
	if r.source != nil {
		return r.source
	}
	return &r.site().source
}

// alive panics if the record's time is over. Without poison it costs nothing.
func (r *Record) alive() {
	if poison && r.dead {
		panic("logbook: a record was used after Handle returned or after Release; keep what Retain returns")
	}
}

// isNil reports whether a context is nil, or a nil pointer.
func isNil(ctx context.Context) bool {
	if ctx == nil {
		return true
	}
	v := reflect.ValueOf(ctx)
	return v.Kind() == reflect.Pointer && v.IsNil()
}

// mutable panics unless the record may be changed. A panic in a handler is
// reported through the error flag, so misuse is loud and costs nobody a record.
func (r *Record) mutable(method string) {
	r.alive()
	if r.sealed {
		panic("logbook: Record." + method + " on a record that handlers read; change a Clone")
	}
	r.fixed = false
}
