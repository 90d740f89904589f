package hold

// Capacity returns for how many records there is room in memory.
func (q *Queue) Capacity() int { return cap(q.items) }
