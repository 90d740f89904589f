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

// Record is a logged event.
//
// Records are pooled. A handler may read a record only during its Handle; to keep it,
// call [Record.Retain] and keep the result. Handlers must not change a record, only a
// [Record.Clone]. With the race detector or the build tag logbook_poison, using a
// record after its time panics.
//
// A record that is not retained must be read by one goroutine at a time. A handler that
// passes it to several goroutines retains it first.
type Record struct {
	content
	call   []slog.Attr  // the call's attributes
	extra  []slog.Attr  // the processors' attributes
	refs   atomic.Int32 // 0 if not retained; otherwise the references, plus inCall
	pooled bool
	dead   bool

	retaining sync.Mutex // held while the first reference is made

	// State of the delivery, used only by its goroutine.
	writing bool          // WriteLine uses the buffer
	failure error         // the first error of the template
	raised  *HandlerError // panic of the error function, when a handler offered the record

	*recordSpace // of a pooled record
	pcs          [1]uintptr
	buffer       []byte // see Options.WriteLine
	text         []byte // the rendered message, if expanded
}

// recordSpace is memory that a pooled record keeps.
type recordSpace struct {
	callSpace  [16]slog.Attr
	extraSpace [8]slog.Attr
	argSpace   [8]any
}

// content is the part of a record that a Clone copies.
type content struct {
	level    Level
	timed    bool // time is set, even if it is zero
	rendered bool // message is set
	expanded bool // text is set
	replaced bool // by SetMessage or SetTemplate
	literal  bool // braces in the template have no meaning
	printf   bool // the template is a printf-style format
	sealed   bool // handlers read the record
	fixed    bool // no value can change any more

	time     time.Time
	channel  string
	template string // as logged
	message  string // if rendered
	fargs    []any  // arguments of a printf-style format, until the record is retained
	named    usedAttrs

	ctx    context.Context
	logger *Logger
	scope  *scope // With's attributes and groups

	pc        uintptr
	callSite  *site        // of the call, if known; pc is set when it is needed
	source    *slog.Source // replaces pc in received records
	pid       int
	goroutine uint64
	foreign   *foreignFields
	origin    *Origin // nil if unknown
}

// usedAttrs are the attributes of a record that its message shows: a bit for each of
// the first 64 of the call and of With, and one for each of the first 64 fields of the
// message that name a member.
type usedAttrs struct{ call, root, members uint64 }

// foreignFields are the fields of a received record.
type foreignFields struct {
	object pyjson.Object
	extra  int // number of attributes in Record.extra that were received
	size   int // of the JSON, in bytes
}

// name returns a text field that Record has no method for.
func (f *foreignFields) name(key string) string {
	if f == nil {
		return ""
	}
	v, _ := f.object.Get(key)
	s, _ := v.(string)
	return s
}

// maxBuffer bounds the buffers that are kept for reuse, so that one huge line does not
// hold its memory for good.
const maxBuffer = 64 << 10

// inCall is added to the references of a retained record until its logging call ends.
const inCall = 1 << 30

var pid = os.Getpid()

// Time returns the time of the record, in the local zone unless the record was
// received.
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

// Context returns the context of the call, never nil. Use it for its values, such as
// trace ids. It may be cancelled, and its deadline does not apply to handlers.
func (r *Record) Context() context.Context {
	r.alive()
	if isNil(r.ctx) {
		return context.Background()
	}
	return r.ctx
}

// Template returns the message as it was logged, with the names in braces.
func (r *Record) Template() string {
	r.alive()
	return r.template
}

// PID returns the id of the process that logged.
func (r *Record) PID() int {
	r.alive()
	return r.pid
}

// Goroutine returns the id of the goroutine that logged, 0 if it is unknown. After
// Handle, it is known only for retained records.
func (r *Record) Goroutine() uint64 {
	r.alive()
	if r.goroutine == 0 && r.pooled && r.refs.Load() == 0 {
		return goroutine.ID()
	}
	return r.goroutine
}

// Origin returns who sent a received record, and its number there. It is zero if that is not
// known, and for records that this program has logged.
func (r *Record) Origin() Origin {
	r.alive()
	if r.origin == nil {
		return Origin{}
	}
	return *r.origin
}

// From reports whether the record was logged by l, or by a logger that shares its
// settings; see [Logger].
func (r *Record) From(l *Logger) bool {
	r.alive()
	return l != nil && r.logger != nil && r.logger.core == l.core
}

// site returns the call site of the record's program counter.
func (r *Record) site() *site {
	if r.callSite != nil && r.callSite.pc == r.pc {
		return r.callSite
	}
	return siteOf(r.pc)
}

// PC returns the program counter of the logging call. It is 0 if the caller was not
// looked up: with introspection off, if no handler needs it, or in a received record.
func (r *Record) PC() uintptr {
	r.alive()
	return r.pc
}

// Source returns the function, file and line of the logging call. It is never nil, but
// empty where [Record.PC] is 0, unless the record has a source of its own. The result
// must not be changed.
func (r *Record) Source() *slog.Source {
	r.alive()
	if r.source != nil {
		return r.source
	}
	return &r.site().source
}

// alive panics if the record must not be used any more. Without poison it costs
// nothing.
func (r *Record) alive() {
	if poison && r.dead {
		panic("logbook: a record was used after Handle returned or after Release; keep the result of Retain")
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

// mutable panics if the record may not be changed. A panic in a handler is reported
// through the error flag, so the misuse is seen and no record is lost.
func (r *Record) mutable(method string) {
	r.alive()
	if r.sealed {
		panic("logbook: Record." + method + " called on a record that handlers read; change a Clone")
	}
	r.fixed = false
}
