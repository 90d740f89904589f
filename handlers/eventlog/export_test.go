package eventlog

// NewWithLog returns a handler that writes to the given log.
func NewWithLog(source string, log interface {
	Info(id uint32, text string) error
	Warning(id uint32, text string) error
	Error(id uint32, text string) error
	Close() error
}, o *Options) *Handler {
	return newHandler(source, log, o)
}
