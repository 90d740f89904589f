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
		return nil, fmt.Errorf("invalid address: want at most %d bytes", maxAddress)
	case strings.ContainsFunc(s, isControl):
		return nil, fmt.Errorf("%q contains a control character", s)
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

// tidy makes an address valid for a header, even if it was decoded from an encoded word.
// A folded line of only spaces would look like the end of the headers.
func tidy(a *mail.Address) error {
	if strings.ContainsFunc(a.Name, isControl) || strings.ContainsFunc(a.Address, isControl) {
		return errors.New("contains a control character")
	}
	if strings.ContainsFunc(a.Address, unicode.IsSpace) {
		return errors.New("contains a space")
	}
	a.Name = strings.Join(strings.Fields(a.Name), " ")
	return nil
}

// parseAddresses parses the valid addresses of a list. The error joins those of the
// others.
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

// parseList parses addresses separated by commas, for a header. It returns nil if one is
// invalid.
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

// bare returns the address for SMTP commands: <a@example.com>.
func bare(a *mail.Address) string { return (&mail.Address{Address: a.Address}).String() }

func isControl(c rune) bool {
	return c < ' ' || c >= 0x7f && c < 0xa0 || c == '\u2028' || c == '\u2029' || c == '\ufffd'
}
