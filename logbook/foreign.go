package logbook

// foreignFields is what a record that was received carries and Go has no place
// for, so that it can be sent on unchanged.
type foreignFields struct {
	processName, threadName string
}

func (f *foreignFields) name(key string) string {
	switch {
	case f == nil:
		return ""
	case key == "process_name":
		return f.processName
	}
	return f.threadName
}
