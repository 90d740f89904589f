package logline

import (
	"slices"
	"strings"

	"github.com/logbook-go/logbook/logbook"
)

// Bounds of what is held.
const (
	// maxJoined is the length of the lines joined to one record. Further ones begin another.
	maxJoined = 256 << 10

	// maxWait is the number of lines of other streams for which a record waits for more
	// lines of its own.
	maxWait = 100
)

// block is a kind of text of several lines.
type block int

const (
	noBlock block = iota
	indented
	stack  // of any language, each line of which shows what it is
	rust   // the first line of a panic, before its message
	python // a traceback: it ends with the line of the exception
	closed // a python traceback after that line
	goExit // what the Go runtime prints when a program dies; it ends with the program
)

// joiner joins the lines that continue a record.
type joiner struct {
	emit    func(Line)
	one     stream                // of lines without a prefix
	streams map[streamKey]*stream // of the others
	waiting []*stream             // those of streams that hold a record, oldest first
	last    *stream               // that of the last line
	n       int                   // number of lines
}

// streamKey names a stream: a container, and in it perhaps a process of PostgreSQL.
type streamKey struct {
	container string
	backend   int
}

// traceback begins the traceback of a Python program.
const traceback = "Traceback (most recent call last)"

// stream holds the last record of a stream.
type stream struct {
	line    Line
	held    bool // line was not emitted yet
	dropped bool // the record was below the level: lines that continue it are, too
	began   bool // there was a record
	block   block
	joined  []string // lines that continue it, without their headers
	pieces  []string // texts of the lines that continue its first one, before those
	raw     []string // all these lines as they were
	size    int      // of them
	blanks  int      // blank lines after them
	since   int      // number of the last line
	backend *stream  // that of the last line, if it was of a process of PostgreSQL
}

func newJoiner(emit func(Line)) joiner {
	return joiner{emit: emit, streams: map[streamKey]*stream{}}
}

func (j *joiner) stream(key streamKey) *stream {
	if key == (streamKey{}) {
		return &j.one
	}
	s := j.streams[key]
	if s == nil {
		const maxStreams = 1000 // forgetting one is harmless
		if len(j.streams) >= maxStreams {
			j.flush()
			clear(j.streams)
			j.one.backend = nil
		}
		s = new(stream)
		key.container = strings.Clone(key.container)
		j.streams[key] = s
	}
	return s
}

// streamOf returns the stream to whose record a line may belong.
func (j *joiner) streamOf(l *Line) *stream {
	log := j.stream(streamKey{container: l.stream})
	if isBackend(l) {
		log.backend = j.stream(streamKey{l.stream, l.PID})
	}
	if log.backend != nil {
		return log.backend
	}
	return log
}

// streamOfNew returns the stream in which a line begins a record, after it has passed on those
// of the same log that are older. A record of a process of PostgreSQL waits until one of these
// processes begins its second one, so that the records stay in order.
func (j *joiner) streamOfNew(l *Line) *stream {
	log := j.stream(streamKey{container: l.stream})
	s := log.backend
	switch {
	case s == nil:
		return log
	case !isBackend(l):
		s, log.backend = log, nil
	case !s.held:
		j.finish(log)
		return s
	}
	for i := 0; i < len(j.waiting) && j.waiting[i] != s; {
		if w := j.waiting[i]; isBackend(&w.line) && w.line.stream == l.stream {
			j.finish(w)
		} else {
			i++
		}
	}
	return s
}

// isBackend reports whether a line is of a known process of PostgreSQL.
func isBackend(l *Line) bool { return l.Format == postgresFormat && l.PID != 0 }

// add takes the next line. drop says that it is below the level.
func (j *joiner) add(l Line, drop bool) {
	j.n++
	s := j.streamOf(&l)
	j.last = s
	if s.began && s.line.partial {
		j.part(s, &l)
		if s.size > maxJoined {
			j.finish(s)
		}
		return
	}
	if s.held && s.line.more != nil && j.more(s, &l) {
		return
	}
	if s.began && j.continues(s, &l) {
		return
	}
	s = j.streamOfNew(&l)
	j.last = s
	j.finish(s)
	*s = stream{line: l, held: !drop, dropped: drop, began: true, since: j.n, joined: s.joined[:0], raw: s.raw[:0]}
	s.begin()
	if s.held && s != &j.one {
		j.waiting = append(j.waiting, s)
	}
	j.release()
}

// release emits the records that waited long enough.
func (j *joiner) release() {
	for len(j.waiting) > 0 && j.waiting[0].since <= j.n-maxWait {
		j.finish(j.waiting[0])
	}
	if j.one.held && j.one.since <= j.n-maxWait {
		j.finish(&j.one)
	}
}

// touch makes the record of a stream wait anew.
func (j *joiner) touch(s *stream) {
	s.since = j.n
	if isBackend(&s.line) {
		return // its place says when it began
	}
	if i := slices.Index(j.waiting, s); i >= 0 {
		j.waiting = append(slices.Delete(j.waiting, i, i+1), s)
	}
}

// drop notes a line without a prefix that is below the level.
func (j *joiner) drop() {
	j.n++
	j.finish(&j.one)
	j.one = stream{dropped: true, began: true, joined: j.one.joined[:0], raw: j.one.raw[:0]}
	j.last = &j.one
	if len(j.waiting) > 0 {
		j.release()
	}
}

// blank takes an empty line. It belongs to a record if a line that continues it follows.
func (j *joiner) blank() {
	s := &j.one
	if s.backend != nil {
		s = s.backend
	}
	if s.held && s.size < maxJoined {
		s.blanks++
		s.size++
	}
}

// piece takes a further piece of a line that was too long.
func (j *joiner) piece(text string, n int) {
	s := j.last
	if s.dropped {
		return
	}
	before := s.line
	j.finish(s)
	j.emit(Line{
		Format: before.Format, Time: before.Time, LastTime: before.LastTime, Level: before.Level, HasLevel: before.HasLevel, Channel: before.Channel,
		PID: before.PID, Message: text, Raw: text,
	}.with("piece", n+1))
}

// more adds a further line of a record whose format has several.
func (j *joiner) more(s *stream, l *Line) bool {
	text, ok := s.line.more(&s.line, l.Raw)
	if !ok || s.blanks > 0 || s.size+len(l.Raw) > maxJoined {
		s.line.more = nil
		return false
	}
	if text != "" {
		s.joined = append(s.joined, text)
	}
	s.raw = append(s.raw, l.Raw)
	s.size += len(l.Raw) + 1
	j.touch(s)
	return true
}

// part takes the rest of a line that the container's runtime has split.
func (j *joiner) part(s *stream, l *Line) {
	s.line.partial = l.partial
	switch {
	case s.dropped:
	case !s.held: // its beginning was passed on already
		level, has := s.line.Level, s.line.HasLevel
		s.line = *l
		s.line.Level, s.line.HasLevel = level, has
		s.held, s.since = true, j.n
		if s != &j.one {
			j.waiting = append(j.waiting, s)
		}
	default:
		s.pieces = append(s.pieces, l.Message)
		s.raw = append(s.raw, l.Raw)
		s.size += len(l.Raw) + len(l.Message)
		j.touch(s)
	}
}

// begin looks for a block that begins with the first line of a record.
func (s *stream) begin() {
	l := &s.line
	text := l.Message
	if l.stream == "" && l.Raw != "" && l.Time.IsZero() {
		text = stripSGR(l.Raw) // Parse takes the first word of "panic: boom" for a level
	}
	b, level := beginning(text)
	if b == noBlock {
		return
	}
	s.block = b
	switch {
	case !l.Time.IsZero() && l.stream == "":
		// A logger wrote it, and the program goes on.
		if s.block == goExit {
			s.block = stack
		}
	default:
		l.Message = text
		if !l.HasLevel || l.Level < level {
			l.Level, l.HasLevel = level, true
		}
		s.held, s.dropped = true, false
	}
}

// beginning reports whether a text that is no log line begins the stack of a failure, and
// with which level it counts.
func beginning(text string) (block, logbook.Level) {
	switch {
	case text == "":
	case text[0] == 'p' && strings.HasPrefix(text, "panic: "),
		text[0] == 'f' && strings.HasPrefix(text, "fatal error: "),
		goroutine(text):
		return goExit, logbook.LevelCritical
	case text[0] == 't' && strings.HasPrefix(text, "thread '") && strings.Contains(text, " panicked at "):
		if strings.HasSuffix(text, ":") {
			return rust, logbook.LevelError
		}
		return stack, logbook.LevelError
	case text[0] == 'T' && strings.HasPrefix(text, traceback):
		return python, logbook.LevelError
	case text[0] == 'E' && strings.HasPrefix(text, "Exception in thread "),
		text[0] == 'U' && strings.HasPrefix(text, "Unhandled exception"),
		exceptionLine(text):
		return stack, logbook.LevelError
	}
	return noBlock, 0
}

// continues adds the line to the record before it, if it continues that.
func (j *joiner) continues(s *stream, l *Line) bool {
	next := noBlock
	text, ok := s.postgresDetail(l)
	if ok {
		next = indented
	} else if text, ok = s.text(l); ok {
		next = s.next(text)
	}
	if next == noBlock {
		return false
	}
	switch {
	case s.dropped:
	case !s.held || s.size+len(text) > maxJoined:
		// Its record was passed on already.
		j.finish(s)
		level, has := s.line.Level, s.line.HasLevel
		s.line = *l
		if s.line.Message = text; !s.line.HasLevel {
			s.line.Level, s.line.HasLevel = level, has
		}
		s.held, s.since = true, j.n
		s.joined, s.raw, s.size, s.blanks = s.joined[:0], s.raw[:0], 0, 0
		if s != &j.one {
			j.waiting = append(j.waiting, s)
		}
	default:
		for range s.blanks {
			s.joined, s.raw = append(s.joined, ""), append(s.raw, "")
		}
		s.joined, s.raw = append(s.joined, text), append(s.raw, l.Raw)
		s.size += len(text) + 1
		j.touch(s)
	}
	s.blanks, s.block = 0, next
	return true
}

// text returns the text of a line that may continue the record, without its header. It
// returns false for a line that is a record of its own.
func (s *stream) text(l *Line) (string, bool) {
	switch {
	case l.Format == Plain && l.stream == "":
		return l.Message, true
	case l.stream != "":
		return l.Message, !l.HasLevel || l.assumed
	case !l.HasLevel && l.Time.IsZero() && s.block > indented:
		return stripSGR(l.Raw), true // a part of a stack that looks like logfmt
	case l.Format == Text && l.Time.IsZero() && s.block > indented && s.next(stripSGR(l.Raw)) > indented:
		return stripSGR(l.Raw), true
	}
	// Syslog and the journal repeat their header before each line of a stack.
	same := l.PID != 0 && l.PID == s.line.PID && sameMoment(l.Time, s.line.Time) && l.Channel == s.line.Channel && l.Format == s.line.Format &&
		(!l.HasLevel || l.Level == s.line.Level) && len(l.Attrs) == len(s.line.Attrs)
	return l.Message, same && l.Message != "" && (isSpace(l.Message[0]) && repeatsHeader(l.Format) || s.block > indented && s.next(l.Message) > indented)
}

// repeatsHeader reports whether the lines of a text have a header each in a format, and not each
// its record.
func repeatsHeader(format string) bool {
	return format == Text || format == "journal" || strings.HasPrefix(format, "logcat")
}

// next returns the block that the record has after the text, or noBlock if the text does
// not continue it.
func (s *stream) next(text string) block {
	if text == "" {
		if s.block > indented && s.block != closed {
			return s.block
		}
		return noBlock
	}
	if isSpace(text[0]) {
		trimmed := strings.TrimLeft(text, " \t")
		switch {
		case s.block == stack, s.block > rust && s.block != closed:
			return s.block
		case stackLine(trimmed):
			return stack
		}
		return indented
	}
	switch {
	case s.block == goExit:
		return goExit
	case s.line.Format == erlangFormat && s.blanks == 0:
		return indented
	}
	if goroutine(text) {
		if s.dropped {
			return noBlock
		}
		return goExit
	}
	if b, _ := beginning(text); b != noBlock {
		// It belongs to the record if that reports a failure.
		again := s.block == closed && b == python
		if b == goExit || !again && (!s.line.HasLevel || s.line.Level < logbook.LevelWarn) {
			return noBlock
		}
		return b
	}
	switch {
	case s.block == rust:
		return stack
	case s.block == python:
		return closed
	case s.block == closed && strings.HasSuffix(text, "exception occurred:"),
		s.block == closed && strings.HasSuffix(text, "following exception:"):
		return closed
	case stackLine(text):
		if s.dropped && s.block < stack {
			return noBlock // it may be anything
		}
		return stack
	case s.block == stack && rustLine(text):
		return stack
	case s.block == indented && strings.Trim(text, "})];,") == "":
		return indented
	case s.block == stack && s.line.Format == "monolog" && strings.HasPrefix(text, `"}`):
		return stack
	}
	return noBlock
}

// goroutine reports whether a text begins the stack of a goroutine.
func goroutine(s string) bool {
	return s[0] == 'g' && strings.HasPrefix(s, "goroutine ") && strings.Contains(s, "[") && strings.HasSuffix(s, ":")
}

// stackLine reports whether a text without its indentation is a part of a stack of Java, PHP or
// JavaScript.
func stackLine(s string) bool {
	if s == "" {
		return false
	}
	switch s[0] {
	case 'a':
		return strings.HasPrefix(s, "at ")
	case '.':
		return strings.HasPrefix(s, "... ") && strings.HasSuffix(s, " more")
	case 'C':
		return strings.HasPrefix(s, "Caused by: ")
	case 'S':
		return strings.HasPrefix(s, "Suppressed: ") || s == "Stack trace:"
	case 'P':
		return s == "PHP Stack trace:"
	case '#':
		n := digits(s[1:])
		return n > 0 && strings.HasPrefix(s[1+n:], " ")
	case '[':
		return s == "[stacktrace]" || strings.HasPrefix(s, "[previous exception] [object] (")
	case '-':
		return strings.HasPrefix(s, "---> ") || strings.HasPrefix(s, "--- End of ")
	}
	return false
}

// rustLine reports whether a text is a part of what a Rust program prints as it panics.
func rustLine(s string) bool {
	return s == "stack backtrace:" || strings.HasPrefix(s, "note: ")
}

// ofStack reports whether a line is that of an exception of Java or .NET, or of its stack.
func ofStack(s string) bool {
	s = strings.TrimLeft(s, " \t")
	return exceptionLine(s) || strings.HasPrefix(s, "at ")
}

// exceptionLine reports whether a text begins with the name of an exception of Java or
// .NET, with its package.
func exceptionLine(s string) bool {
	dot := false
	for i := range len(s) {
		switch c := s[i]; {
		case c == '.':
			dot = true
		case c == ':' || i > 200:
			return dot && exceptionName(s[:i])
		case c == ' ' && strings.HasPrefix(s[i:], " (0x"): // a code of .NET
			return dot && exceptionName(s[:i])
		case !isLower(c|0x20) && !isDigit(c) && c != '_' && c != '$':
			return false
		}
	}
	return dot && exceptionName(s)
}

func exceptionName(s string) bool {
	return strings.HasSuffix(s, "Exception") || strings.HasSuffix(s, "Error") || strings.HasSuffix(s, "Throwable")
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' }

// flush emits the records that are held.
func (j *joiner) flush() {
	for len(j.waiting) > 0 {
		j.finish(j.waiting[0])
	}
	j.finish(&j.one)
}

// finish emits the record of a stream, if it is held.
func (j *joiner) finish(s *stream) {
	if !s.held {
		return
	}
	s.held = false
	if s != &j.one {
		if i := slices.Index(j.waiting, s); i >= 0 {
			j.waiting = slices.Delete(j.waiting, i, i+1)
		}
	}
	s.blanks = 0
	l := s.line
	if len(s.raw) > 0 {
		l.Raw += "\n" + strings.Join(s.raw, "\n")
		l.Message += strings.Join(s.pieces, "")
		l.join(s.joined, s.block)
		clear(s.joined)
		clear(s.raw)
		s.joined, s.raw, s.pieces = s.joined[:0], s.raw[:0], nil
	}
	s.size = 0
	j.emit(l)
}

// join adds the lines that continue the record.
func (l *Line) join(lines []string, b block) {
	if len(lines) == 0 {
		return
	}
	if l.Message == "" && b == stack {
		// The text of .NET's console begins below its header, before the exception.
		if n := slices.IndexFunc(lines, ofStack); n > 0 {
			l.Message = dedent(lines[:n])
			lines = strings.Split(dedent(lines[n:]), "\n")
		}
	}
	text := strings.Join(lines, "\n")
	first := lines[0]
	switch {
	case b == closed && strings.HasPrefix(l.Message, traceback):
		l.Stack = l.Message + "\n" + text
		l.Message = lines[len(lines)-1]
	case b > indented || l.Stack != "":
		if l.Stack != "" {
			l.Stack += "\n"
		}
		l.Stack += text
		if b == closed && l.Err == "" {
			l.Err = lines[len(lines)-1]
		} else if b == stack && l.Err == "" && exceptionLine(first) {
			l.Err = first
		}
	case l.Message == "":
		l.Message = dedent(lines)
	default:
		l.Message += "\n" + text
	}
}

// dedent joins lines without the indentation that all of them have.
func dedent(lines []string) string {
	n := -1
	for _, s := range lines {
		if i := len(s) - len(strings.TrimLeft(s, " \t")); s != "" && (n < 0 || i < n) {
			n = i
		}
	}
	var b strings.Builder
	for i, s := range lines {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(s[min(len(s), max(n, 0)):])
	}
	return b.String()
}
