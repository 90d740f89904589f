package logbooktest

import "github.com/logbook-go/logbook/logbook"

// HasTrace reports whether there is a record of LevelTrace with exactly this message
// that answers all probes.
func (h *Recorder) HasTrace(text string, ps ...Probe) bool {
	return h.hasText(logbook.LevelTrace, text, ps)
}

// HasTraces reports whether there is a record of LevelTrace that answers all probes.
func (h *Recorder) HasTraces(ps ...Probe) bool { return h.Has(logbook.LevelTrace, ps...) }

// HasDebug reports whether there is a record of LevelDebug with exactly this message
// that answers all probes.
func (h *Recorder) HasDebug(text string, ps ...Probe) bool {
	return h.hasText(logbook.LevelDebug, text, ps)
}

// HasDebugs reports whether there is a record of LevelDebug that answers all probes.
func (h *Recorder) HasDebugs(ps ...Probe) bool { return h.Has(logbook.LevelDebug, ps...) }

// HasInfo reports whether there is a record of LevelInfo with exactly this message
// that answers all probes.
func (h *Recorder) HasInfo(text string, ps ...Probe) bool {
	return h.hasText(logbook.LevelInfo, text, ps)
}

// HasInfos reports whether there is a record of LevelInfo that answers all probes.
func (h *Recorder) HasInfos(ps ...Probe) bool { return h.Has(logbook.LevelInfo, ps...) }

// HasSuccess reports whether there is a record of LevelSuccess with exactly this message
// that answers all probes.
func (h *Recorder) HasSuccess(text string, ps ...Probe) bool {
	return h.hasText(logbook.LevelSuccess, text, ps)
}

// HasSuccesses reports whether there is a record of LevelSuccess that answers all probes.
func (h *Recorder) HasSuccesses(ps ...Probe) bool { return h.Has(logbook.LevelSuccess, ps...) }

// HasNotice reports whether there is a record of LevelNotice with exactly this message
// that answers all probes.
func (h *Recorder) HasNotice(text string, ps ...Probe) bool {
	return h.hasText(logbook.LevelNotice, text, ps)
}

// HasNotices reports whether there is a record of LevelNotice that answers all probes.
func (h *Recorder) HasNotices(ps ...Probe) bool { return h.Has(logbook.LevelNotice, ps...) }

// HasWarn reports whether there is a record of LevelWarn with exactly this message
// that answers all probes.
func (h *Recorder) HasWarn(text string, ps ...Probe) bool {
	return h.hasText(logbook.LevelWarn, text, ps)
}

// HasWarns reports whether there is a record of LevelWarn that answers all probes.
func (h *Recorder) HasWarns(ps ...Probe) bool { return h.Has(logbook.LevelWarn, ps...) }

// HasError reports whether there is a record of LevelError with exactly this message
// that answers all probes.
func (h *Recorder) HasError(text string, ps ...Probe) bool {
	return h.hasText(logbook.LevelError, text, ps)
}

// HasErrors reports whether there is a record of LevelError that answers all probes.
func (h *Recorder) HasErrors(ps ...Probe) bool { return h.Has(logbook.LevelError, ps...) }

// HasCritical reports whether there is a record of LevelCritical with exactly this message
// that answers all probes.
func (h *Recorder) HasCritical(text string, ps ...Probe) bool {
	return h.hasText(logbook.LevelCritical, text, ps)
}

// HasCriticals reports whether there is a record of LevelCritical that answers all probes.
func (h *Recorder) HasCriticals(ps ...Probe) bool { return h.Has(logbook.LevelCritical, ps...) }

func (h *Recorder) hasText(level logbook.Level, text string, ps []Probe) bool {
	return h.Has(level, append([]Probe{Message(text)}, ps...)...)
}
