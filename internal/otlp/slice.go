package otlp

// AppendSlice appends a request with the records from number from, which is at least 0, to
// number to, exclusive, of a request that is valid. All else stays as it is.
func AppendSlice(b, body []byte, from, to int) []byte {
	s := slicer{from: from, to: to}
	return s.append(b, textOf(body), []int{requestResourceLogs, resourceLogsScopeLogs, scopeLogsRecords})
}

// slicer counts records.
type slicer struct{ at, from, to int }

// append appends a message without some of its records. They are in the fields of the path.
func (s *slicer) append(out []byte, b string, path []int) []byte {
	for len(b) > 0 {
		f, rest := cutField(b)
		whole := b[:len(b)-len(rest)]
		b = rest
		switch {
		case !f.is(path[0], wireBytes):
			out = append(out, whole...)
		case len(path) > 1:
			out = appendText(out, tag(byte(f.number), wireBytes), s.append(nil, f.content, path[1:]))
		default:
			if s.from <= s.at && s.at < s.to {
				out = append(out, whole...)
			}
			s.at++
		}
	}
	return out
}
