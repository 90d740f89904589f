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

// more adds a further line of a record whose format has several.
func (j *joiner) more(s *stream, l *Line) bool {
	text := l.Raw
	if l.stream != "" {
		text = l.text
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
	j.emit(Line{
		Format: before.Format, Time: before.Time, LastTime: before.LastTime, Level: before.Level, HasLevel: before.HasLevel, Channel: before.Channel,
		PID: before.PID, Message: text, Raw: raw,
	}.with("piece", n+1))
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

// release emits the records that waited long enough.
func (j *joiner) release() {
	for len(j.waiting) > 0 && j.waiting[0].since <= j.n-maxWait {
		j.finish(j.waiting[0])
	}
	if j.one.held && j.one.since <= j.n-maxWait {
		j.finish(&j.one)
	}
}

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
		l.join(s.joined, s.block)
		clear(s.joined)
		clear(s.raw)
		s.joined, s.raw = s.joined[:0], s.raw[:0]
	}
	s.size = 0
	j.emit(l)
}
