package spool

import "iter"

// Scan yields the entries from a number on, up to the newest one there is now. Entries
// before the oldest one are not waited for or reported. For entries that are damaged or
// missing it yields a *[DamageError] and goes on; any other error ends it. Each Scan reads
// the files anew, in large blocks.
func (l *Log) Scan(from uint64) iter.Seq2[*Entry, error] {
	return func(yield func(*Entry, error) bool) {
		var damage []error
		r := reader{l: l, next: max(from, 1), lost: func(first, last uint64) {
			damage = append(damage, &DamageError{Dir: l.dir, First: first, Last: last})
		}}
		defer r.close()
		for last := l.Last(); ; {
			found, err := r.peek(last)
			for _, d := range damage {
				if !yield(nil, d) {
					return
				}
			}
			damage = damage[:0]
			switch {
			case err != nil:
				yield(nil, wrapped("read", l.dir, err))
				return
			case !found:
				return
			}
			e := new(Entry)
			r.take(e)
			if !yield(e, nil) {
				return
			}
		}
	}
}

// SegmentInfo describes a file of a log.
type SegmentInfo struct {
	Path    string
	First   uint64 // number of its first entry
	Entries uint64 // there are to be, whether damaged or not
	Bytes   int64  // on the disk
}

// Segments returns the files of the log, oldest first.
func (l *Log) Segments() []SegmentInfo {
	l.mu.Lock()
	defer l.mu.Unlock()
	infos := make([]SegmentInfo, len(l.segments))
	for i, s := range l.segments {
		next := l.last + 1
		if i+1 < len(l.segments) {
			next = l.segments[i+1].first
		}
		infos[i] = SegmentInfo{Path: s.path, First: s.first, Entries: next - s.first, Bytes: s.space}
	}
	return infos
}
