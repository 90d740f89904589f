package pyjson

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
)

// number consumes a number, including NaN and the infinities. It is also called for any
// byte that does not begin a value, and returns the error.
func (d *decoder) number() (any, error) {
	start := d.pos
	switch d.peek() {
	case 'N':
		return math.NaN(), d.literal("NaN")
	case 'I':
		return math.Inf(1), d.literal("Infinity")
	case '-':
		d.pos++
		if d.peek() == 'I' {
			return math.Inf(-1), d.literal("Infinity")
		}
	}

	digits := 1
	if d.peek() == '0' {
		d.pos++
	} else if digits = d.digits(); digits == 0 {
		if d.pos > start {
			return nil, d.syntaxError("expected a digit after -")
		}
		return nil, d.syntaxError("expected a value")
	}

	isFloat := false
	if d.peek() == '.' {
		isFloat = true
		d.pos++
		if d.digits() == 0 {
			return nil, d.syntaxError("expected a digit after the decimal point")
		}
	}
	if c := d.peek(); c == 'e' || c == 'E' {
		isFloat = true
		d.pos++
		if c := d.peek(); c == '+' || c == '-' {
			d.pos++
		}
		if d.digits() == 0 {
			return nil, d.syntaxError("expected a digit in the exponent")
		}
	}

	text := string(d.data[start:d.pos])
	if isFloat {
		// The syntax is valid, so the only possible error is a range error.
		// The result is then an infinity, as in Python.
		f, _ := strconv.ParseFloat(text, 64)
		return f, nil
	}
	if digits > maxDigits {
		return nil, &LimitError{Offset: start, Msg: fmt.Sprintf("integer with more than %d digits", maxDigits)}
	}
	return integer(text), nil
}

// digits consumes digits and returns their number.
func (d *decoder) digits() int {
	start := d.pos
	for c := d.peek(); '0' <= c && c <= '9'; c = d.peek() {
		d.pos++
	}
	return d.pos - start
}

// integer returns the value of an integer's text in the first of int64, uint64 and
// *big.Int that can hold it.
func integer(text string) any {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n
	}
	if n, err := strconv.ParseUint(text, 10, 64); err == nil {
		return n
	}
	n, _ := new(big.Int).SetString(text, 10)
	return n
}
