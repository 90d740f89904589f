package logline

import (
	"maps"
	"slices"
	"strings"
)

// split is a line that a container's runtime has split, and whose end has not come yet.
type split struct {
	first  Line
	texts  []string
	raw    []string
	size   int
	record *stream // that has what was passed on; nil: nothing was
	pieces int     // number of those that were passed on after it
}

// part takes a line of a container's runtime, which may be a part of one.
func (w *Writer) part(l Line) {
	s := w.splits[l.wrapping.runtime]
	if s == nil {
		if l.wrapping.header == nil {
			w.joiner.add(l, w.below(&l))
			return
		}
		if w.splits == nil {
			w.splits = map[string]*split{}
		}
		s = &split{first: l}
		w.splits[strings.Clone(l.wrapping.runtime)] = s
	}
	if s.size+len(l.Raw) > w.o.MaxLine {
		w.passSplit(s)
	}
	s.texts, s.raw = append(s.texts, l.wrapping.text), append(s.raw, l.Raw)
	s.size += len(l.Raw)
	if l.wrapping.header == nil {
		w.passSplit(s)
		delete(w.splits, l.wrapping.runtime)
	}
}

// passSplits passes on what is held of lines whose end has not come.
func (w *Writer) passSplits() {
	for _, name := range slices.Sorted(maps.Keys(w.splits)) {
		w.passSplit(w.splits[name])
	}
}

// passSplit passes on what is held of a line. Of one that is too long, it is a further piece.
func (w *Writer) passSplit(s *split) {
	if len(s.raw) == 0 {
		return
	}
	text, raw := strings.Join(s.texts, ""), strings.Join(s.raw, "\n")
	s.texts, s.raw, s.size = nil, nil, 0
	if s.record != nil {
		s.pieces++
		w.joiner.piece(s.record, text, raw, s.pieces)
		return
	}
	l := w.parser.inner(*s.first.wrapping.header, text)
	l.Raw, l.LastTime = raw, s.first.LastTime
	w.joiner.add(l, w.below(&l))
	s.record = w.joiner.last
}
