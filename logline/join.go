package logline

import (
	"slices"
	"strings"
)

// Bounds of what is held.
const (
	// maxJoined is the length of the lines joined to one record. Further ones begin another.
	maxJoined = 256 << 10

	// maxWait is the number of lines of other streams for which a record waits for more
	// lines of its own.
	maxWait = 100

	// maxQueue is the number of records that are held.
	maxQueue = 1000
)

// joiner joins the lines that continue a record.
type joiner struct {
	emit    func(Line)
	one     stream                // of lines without a prefix
	streams map[streamKey]*stream // of the others
	queue   []queued              // the records that are held, in the order of their first lines
	last    *stream               // that of the last line
	n       int                   // number of lines
}

// queued is a record that waits for lines that continue it, or for the records before it.
type queued struct {
	stream *stream // nil: it is complete
	line   *Line   // if it is complete
}

// streamKey names a stream: a container, and in it perhaps a process of PostgreSQL.
type streamKey struct {
	container string
	backend   int
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
	log := j.stream(streamKey{container: l.wrapped().stream})
	if isBackend(l) {
		log.backend = j.stream(streamKey{l.wrapped().stream, l.PID})
	}
	if log.backend != nil {
		return log.backend
	}
	return log
}

// streamOfNew returns the stream in which a line begins a record.
func (j *joiner) streamOfNew(l *Line) *stream {
	if !isBackend(l) {
		j.stream(streamKey{container: l.wrapped().stream}).backend = nil
	}
	return j.streamOf(l)
}

// isBackend reports whether a line is of a known process of PostgreSQL.
func isBackend(l *Line) bool { return l.Format == postgresFormat && l.PID != 0 }

// add takes the next line. drop says that it is below the level.
func (j *joiner) add(l Line, drop bool) {
	j.n++
	s := j.streamOf(&l)
	j.last = s
	if s.held && s.line.more != nil && j.more(s, &l) {
		return
	}
	if s.began && j.continues(s, &l) {
		return
	}
	s = j.streamOfNew(&l)
	j.last = s
	j.finish(s)
	*s = stream{line: l, dropped: drop, began: true, joined: s.joined[:0], raw: s.raw[:0]}
	s.begin()
	if !s.dropped {
		j.hold(s)
	}
	j.release()
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
		s.joined, s.raw, s.error, s.size, s.blanks = s.joined[:0], s.raw[:0], 0, 0, 0
		j.hold(s)
	default:
		for range s.blanks {
			s.joined, s.raw = append(s.joined, ""), append(s.raw, "")
		}
		if s.block == python && next == closed {
			s.error = len(s.joined)
		}
		s.joined, s.raw = append(s.joined, text), append(s.raw, l.Raw)
		s.size += len(text) + 1
		j.touch(s)
	}
	s.blanks, s.block = 0, next
	return true
}

// more adds a further line of a record whose format has several.
func (j *joiner) more(s *stream, l *Line) bool {
	text := l.Raw
	if w := l.wrapped(); w.stream != "" {
		text = w.text
	}
	text, ok := s.line.more(&s.line, text)
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

// piece takes a further piece of a line that was too long. The record of s has its beginning.
func (j *joiner) piece(s *stream, text, raw string, n int) {
	if s.dropped {
		return
	}
	before := s.line
	j.finish(s)
	l := Line{
		Format: before.Format, Time: before.Time, LastTime: before.LastTime, Level: before.Level, HasLevel: before.HasLevel, Channel: before.Channel,
		PID: before.PID, Message: text, Raw: raw,
	}.with("piece", n+1)
	if len(j.queue) == 0 {
		j.emit(l)
		return
	}
	j.queue = append(j.queue, queued{line: &l})
}

// drop notes a line without a prefix that is below the level.
func (j *joiner) drop() {
	j.n++
	j.finish(&j.one)
	j.one = stream{dropped: true, began: true, joined: j.one.joined[:0], raw: j.one.raw[:0]}
	j.last = &j.one
	if len(j.queue) > 0 {
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

// touch makes the record of a stream wait anew.
func (j *joiner) touch(s *stream) { s.since = j.n }

// hold makes the record of a stream wait for more lines.
func (j *joiner) hold(s *stream) {
	s.held, s.since = true, j.n
	if s == &j.one && len(j.queue) == 0 {
		return // most logs have no other streams
	}
	if j.one.held && len(j.queue) == 0 {
		j.queue = append(j.queue, queued{stream: &j.one})
	}
	j.queue = append(j.queue, queued{stream: s})
}

// release emits the records that waited long enough.
func (j *joiner) release() {
	for len(j.queue) > 0 && (j.queue[0].stream.since <= j.n-maxWait || len(j.queue) > maxQueue) {
		j.finish(j.queue[0].stream)
	}
	if j.one.held && j.one.since <= j.n-maxWait {
		j.finish(&j.one)
	}
}

// flush emits the records that are held.
func (j *joiner) flush() {
	for len(j.queue) > 0 {
		j.finish(j.queue[0].stream)
	}
	j.finish(&j.one)
}

// finish completes the record of a stream, if it is held.
func (j *joiner) finish(s *stream) {
	if !s.held {
		return
	}
	s.held, s.blanks, s.size = false, 0, 0
	l := s.line
	if len(s.raw) > 0 {
		l.Raw += "\n" + strings.Join(s.raw, "\n")
		s.join(&l)
		clear(s.joined)
		clear(s.raw)
		s.joined, s.raw = s.joined[:0], s.raw[:0]
	}
	for i, q := range slices.Backward(j.queue) {
		if q.stream == s {
			line := l
			j.queue[i] = queued{line: &line}
			j.emitComplete()
			return
		}
	}
	j.emit(l)
}

// emitComplete emits the complete records that wait for no other.
func (j *joiner) emitComplete() {
	n := 0
	for ; n < len(j.queue) && j.queue[n].stream == nil; n++ {
		j.emit(*j.queue[n].line)
	}
	j.queue = slices.Delete(j.queue, 0, n)
}
