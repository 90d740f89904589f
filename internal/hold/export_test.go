package hold

// Capacity returns the number of items that fit in the allocated memory.
func (q *Queue) Capacity() int { return cap(q.items) }
