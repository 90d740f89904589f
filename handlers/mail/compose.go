package mail

import (
	"bytes"
	"fmt"
	"net/mail"
	"slices"
	"strings"

	"github.com/logbook-go/logbook/internal/encode"
	"github.com/logbook-go/logbook/logbook"
)

// job is a mail to be: of records, or of what was suppressed.
type job struct {
	lead    *logbook.Record
	related []*logbook.Record
	why     logbook.Reason
	records int
	pass    *pass // nil: there is no limit
	summary *summary
}

// compose makes the mail of a job. partial tells what had to be left out.
func (h *Handler) compose(j *job) (m *message, partial, err error) {
	d := &draft{from: h.from, hostname: h.server.hostname}
	if j.summary != nil {
		return h.composeSummary(d, j.summary)
	}
	if d.to, partial, err = h.recipientsOf(j.lead); err != nil {
		return nil, nil, err
	}
	if j.pass != nil {
		h.limiter.addressed(j.pass, d.to)
	}
	if err := h.addHeaders(d, j.lead); err != nil {
		return nil, nil, err
	}
	if d.text, err = h.text(j); err != nil {
		return nil, nil, err
	}
	if h.html != nil {
		var b bytes.Buffer
		c := &Content{d.header("Subject"), d.text, j.lead, j.related}
		if err := h.html.Execute(&b, c); err != nil {
			partial = h.note(partial, fmt.Errorf("the HTML part was left out: %w", err))
		} else {
			d.html = b.String()
		}
	}
	m, err = d.render()
	return m, partial, err
}

// note adds an error that left the mail incomplete.
func (h *Handler) note(partial, err error) error {
	e := &Error{Server: h.server.address(), Step: StepCompose, Err: err}
	if partial == nil {
		return e
	}
	return fmt.Errorf("%w; %w", partial, e)
}

// recipientsOf returns whom a record is mailed to.
func (h *Handler) recipientsOf(r *logbook.Record) (to []*mail.Address, partial, err error) {
	if h.recipients != nil {
		var wrong error
		if to, wrong = parseAddresses(h.recipients(r)); wrong != nil {
			partial = h.note(nil, fmt.Errorf("RecordRecipients: %w", wrong))
		}
	}
	if len(to) == 0 {
		to = h.to
	}
	if len(to) > 0 {
		return to, partial, nil
	}
	if partial != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrNoRecipients, partial)
	}
	return nil, nil, ErrNoRecipients
}

// addHeaders adds the headers of the layout, and a subject.
func (h *Handler) addHeaders(d *draft, r *logbook.Record) error {
	for _, f := range h.layout.headers {
		b, err := f.value.AppendFormat(nil, r)
		if err != nil {
			return err
		}
		d.headers = append(d.headers, headerValue{f.name, cleanHeader(string(b))})
	}
	if d.header("Subject") == "" {
		d.headers = slices.DeleteFunc(d.headers, func(v headerValue) bool { return strings.EqualFold(v.name, "Subject") })
		d.headers = append(d.headers, headerValue{"Subject", cleanHeader(h.subject)})
	}
	return nil
}

// text returns the text of a mail of records.
func (h *Handler) text(j *job) (string, error) {
	lead, err := format(h.layout.text, j.lead)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString(lead)
	if p := j.pass; p != nil {
		if p.past.occurred > 0 {
			fmt.Fprintf(&b, "\n\nThis message occurred additional %d time(s) and was suppressed", p.past.occurred)
		}
		if p.forgotten > 0 {
			fmt.Fprintf(&b, "\n\n%d record(s) of other call sites were suppressed as well", p.forgotten)
		}
	}
	if len(j.related) == 0 {
		return b.String(), nil
	}
	title := "Log records that led up to this one"
	if j.why == logbook.ReasonGroup {
		title = "Other log records in the same group"
	}
	fmt.Fprintf(&b, "\n\n\n%s:\n\n", title)
	b.WriteString(strings.Join(h.relatedTexts(j, maxText-b.Len()), "\n\n"))
	return b.String(), nil
}

// relatedTexts returns the texts of the further records, as many as there is
// room for: those next to the one on top.
func (h *Handler) relatedTexts(j *job, room int) []string {
	rs := slices.Clone(j.related)
	if j.why == logbook.ReasonEscalation {
		slices.Reverse(rs)
	}
	var texts []string
	for i, r := range rs {
		text, err := format(h.related, r)
		if err != nil {
			text = "!ERROR: " + string(encode.AppendText(nil, err.Error()))
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

// format returns a record's text without blank lines around it.
func format(f logbook.Formatter, r *logbook.Record) (string, error) {
	b, err := f.AppendFormat(nil, r)
	if err != nil {
		return "", err
	}
	text := newlines.Replace(string(bytes.TrimRight(b, " \t\r\n")))
	return cut(strings.ToValidUTF8(text, "\ufffd"), maxRecord), nil
}

// composeSummary makes the mail that tells what was suppressed.
func (h *Handler) composeSummary(d *draft, s *summary) (m *message, partial, err error) {
	if d.to = s.to; len(d.to) == 0 {
		d.to = h.to
	}
	if len(d.to) == 0 {
		return nil, nil, ErrNoRecipients
	}
	d.headers = []headerValue{{"Subject", cleanHeader(h.subject + ": suppressed records")}}
	b := []byte("The rate limit suppressed records that no mail has told of:\n")
	for _, c := range s.sites {
		b = fmt.Appendf(b, "\n%d time(s) %s ", c.suppressed, c.level)
		b = encode.AppendText(b, c.channel)
		if c.file != "" {
			b = encode.AppendText(append(b, ' '), c.file)
			b = fmt.Appendf(b, ":%d", c.line)
		}
	}
	if s.forgotten > 0 {
		b = fmt.Appendf(b, "\n%d record(s) of other call sites", s.forgotten)
	}
	d.text = string(b)
	m, err = d.render()
	return m, nil, err
}
