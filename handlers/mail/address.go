package mail

import (
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"unicode"
)

// maxAddress bounds an address with its name, so that it fits on a line of
// SMTP.
const maxAddress = 512

// parseAddress parses "a@example.com" or "Name <a@example.com>".
func parseAddress(s string) (*mail.Address, error) {
	switch {
	case len(s) > maxAddress:
		return nil, errors.New("an address is too long")
	case strings.ContainsFunc(s, isControl):
		return nil, fmt.Errorf("%q holds a control character", s)
	}
	a, err := mail.ParseAddress(s)
	if err != nil {
		return nil, fmt.Errorf("%q: %w", s, err)
	}
	if err := tidy(a); err != nil {
		return nil, fmt.Errorf("%q: %w", s, err)
	}
	return a, nil
}

// tidy makes an address fit for a header, also where it was decoded from an
// encoded word. A folded line of nothing but spaces would pass for the end of the
// headers.
func tidy(a *mail.Address) error {
	if strings.ContainsFunc(a.Name, isControl) || strings.ContainsFunc(a.Address, isControl) {
		return errors.New("holds a control character")
	}
	if strings.ContainsFunc(a.Address, unicode.IsSpace) {
		return errors.New("holds a space")
	}
	a.Name = strings.Join(strings.Fields(a.Name), " ")
	return nil
}

// parseAddresses parses what can be parsed.
func parseAddresses(list []string) (as []*mail.Address, err error) {
	var errs []error
	for _, s := range list {
		a, err := parseAddress(s)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		as = append(as, a)
	}
	return as, errors.Join(errs...)
}

// parseList parses addresses that are separated by commas, for a header; nil if
// they are none.
func parseList(s string) []*mail.Address {
	as, err := mail.ParseAddressList(s)
	if err != nil {
		return nil
	}
	for _, a := range as {
		if tidy(a) != nil || len(a.Name)+len(a.Address) > maxAddress {
			return nil
		}
	}
	return as
}

// bare returns the address as the commands of SMTP take it: <a@example.com>.
func bare(a *mail.Address) string { return (&mail.Address{Address: a.Address}).String() }

func isControl(c rune) bool {
	return c < ' ' || c >= 0x7f && c < 0xa0 || c == '\u2028' || c == '\u2029' || c == '\ufffd'
}
