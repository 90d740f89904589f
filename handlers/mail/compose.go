package mail

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/logbook-go/logbook/internal/encode"
	"github.com/logbook-go/logbook/internal/panics"
	"github.com/logbook-go/logbook/internal/text"
	"github.com/logbook-go/logbook/logbook"
)

// compose makes the mail of a job. notes report parts that had to be left out.
func (h *Handler) compose(j *job) (m *message, notes []error, err error) {
	d := &draft{from: h.from, hostname: h.server.hostname}
	err = panics.Call(func() error {
		if j.summary != nil {
			return h.draftSummary(d, j.summary)
		}
		return h.draftRecords(d, j)
	})
	if err == nil {
		m, err = d.render()
	}
	for _, missing := range d.missing {
		notes = append(notes, &Error{Server: h.server.address(), Step: stepCompose, Err: missing})
	}
	return m, notes, err
}

// draftRecords makes the draft of a mail of records.
func (h *Handler) draftRecords(d *draft, j *job) error {
	if err := h.addRecipients(d, j.lead); err != nil {
		return err
	}
	if j.permit != nil {
		h.limiter.setRecipients(j.permit, d.to)
	}
	if err := h.addHeaders(d, j.lead); err != nil {
		return err
	}
	if err := h.addText(d, j); err != nil {
		return err
	}
	if h.html == nil {
		return nil
	}
	var b strings.Builder
	if err := h.html.Execute(&b, &Content{d.header("Subject"), d.text, j.lead, j.related}); err != nil {
		d.miss(fmt.Errorf("the HTML part was left out: %w", err))
		return nil
	}
	d.html = b.String()
	return nil
}

// addRecipients adds the recipients of a record.
func (h *Handler) addRecipients(d *draft, r *logbook.Record) error {
	if h.recipients != nil {
		var err error
		if d.to, err = parseAddresses(h.recipients(r)); err != nil {
			d.miss(fmt.Errorf("RecordRecipients: %w", err))
		}
	}
	if len(d.to) == 0 {
		d.to = h.to
	}
	if len(d.to) == 0 {
		return ErrNoRecipients
	}
	return nil
}

// addHeaders adds the headers of the layout, and a subject.
func (h *Handler) addHeaders(d *draft, r *logbook.Record) error {
	for _, f := range h.layout.headers {
		b, err := f.value.AppendFormat(nil, r)
		if err != nil {
			return err
		}
		d.headers = append(d.headers, headerValue{f.name, cleanHeader(f.name, string(b))})
	}
	if d.header("Subject") == "" {
		d.headers = append(d.headers, headerValue{"Subject", cleanHeader("Subject", h.subject)})
	}
	return nil
}

// addText adds the text of a mail of records.
func (h *Handler) addText(d *draft, j *job) error {
	lead, err := format(h.layout.text, j.lead)
	if err != nil {
		return err
	}
	var b strings.Builder
	b.WriteString(lead)
	if p := j.permit; p != nil {
		if p.past.occurred > 0 {
			fmt.Fprintf(&b, "\n\nThis message occurred additional %d time(s) and was suppressed", p.past.occurred)
		}
		if p.forgotten > 0 {
			fmt.Fprintf(&b, "\n\n%d record(s) of other call sites were suppressed too", p.forgotten)
		}
	}
	if j.missed > 0 {
		fmt.Fprintf(&b, "\n\n%d record(s) before this were not mailed, since the server took no mail", j.missed)
	}
	if len(j.related) > 0 {
		title := "Log records that led up to this one"
		if j.why == logbook.ReasonGroup {
			title = "Other log records in the same group"
		}
		fmt.Fprintf(&b, "\n\n\n%s:\n\n", title)
		b.WriteString(strings.Join(h.relatedTexts(d, j, maxText-b.Len()), "\n\n"))
	}
	d.text = b.String()
	return nil
}

// relatedTexts returns the texts of the other records, as many as there is room for:
// those closest to the one on top.
func (h *Handler) relatedTexts(d *draft, j *job, room int) []string {
	rs := slices.Clone(j.related)
	if j.why == logbook.ReasonEscalation {
		slices.Reverse(rs)
	}
	var texts []string
	for i, r := range rs {
		text, err := format(h.related, r)
		if err != nil {
			text = "!ERROR: " + string(encode.AppendText(nil, err.Error()))
			d.miss(fmt.Errorf("another record: %w", err))
		}
		if room -= len(text) + 2; room < 0 {
			texts = append(texts, fmt.Sprintf("[%d more records left out: the mail would be too large]", len(rs)-i))
			break
		}
		texts = append(texts, text)
	}
	if j.why == logbook.ReasonEscalation {
		slices.Reverse(texts)
	}
	return texts
}

// format returns a record's text without blank lines at its end.
func format(f logbook.Formatter, r *logbook.Record) (string, error) {
	b, err := f.AppendFormat(nil, r)
	if err != nil {
		return "", err
	}
	s := newlines.Replace(string(bytes.TrimRight(b, " \t\r\n")))
	return text.Cut(strings.ToValidUTF8(s, "\ufffd"), maxRecord, cutMark), nil
}

// draftSummary makes the draft of a mail that reports suppressed records.
func (h *Handler) draftSummary(d *draft, s *summary) error {
	if d.to = s.to; len(d.to) == 0 {
		d.to = h.to
	}
	if len(d.to) == 0 {
		return ErrNoRecipients
	}
	d.headers = []headerValue{{"Subject", cleanHeader("Subject", h.subject+": suppressed records")}}
	b := []byte("The rate limit suppressed records that no mail has reported:\n")
	for _, c := range s.sites {
		b = fmt.Appendf(b, "\n%d time(s) %s ", c.suppressed, c.Level)
		b = encode.AppendText(b, c.Channel)
		if c.File != "" {
			b = encode.AppendText(append(b, ' '), c.File)
			b = fmt.Appendf(b, ":%d", c.Line)
		} else if c.Text != "" {
			b = encode.AppendText(append(b, ' '), c.Text)
		}
	}
	if s.forgotten > 0 {
		b = fmt.Appendf(b, "\n%d record(s) of other call sites", s.forgotten)
	}
	d.text = string(b)
	return nil
}
