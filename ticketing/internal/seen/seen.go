// Package seen remembers the numbers of records that a store has, for each producer.
package seen

import (
	"encoding/binary"
	"errors"
)

// Window is how many numbers below the highest one are remembered.
const Window = 4096

// Numbers is a set of numbers, of which the highest Window are exact: lower ones count as
// members. The zero value is empty. The number 0 is not used.
type Numbers struct {
	high uint64
	bits [Window / 64]uint64 // a ring: the bit of n is n % Window
}

// Add adds a number, and reports whether it was not a member.
func (s *Numbers) Add(n uint64) bool {
	switch {
	case n > s.high:
		if n-s.high >= Window {
			clear(s.bits[:])
		} else {
			for i := s.high + 1; i < n; i++ {
				s.bits[i%Window/64] &^= 1 << (i % 64)
			}
		}
		s.high = n
	case s.high-n >= Window, s.bits[n%Window/64]&(1<<(n%64)) != 0:
		return false
	}
	s.bits[n%Window/64] |= 1 << (n % 64)
	return true
}

// MarshalBinary returns the set in Window/8 + 8 bytes.
func (s *Numbers) MarshalBinary() ([]byte, error) {
	b := binary.LittleEndian.AppendUint64(make([]byte, 0, Window/8+8), s.high)
	for _, w := range s.bits {
		b = binary.LittleEndian.AppendUint64(b, w)
	}
	return b, nil
}

// UnmarshalBinary reads the result of MarshalBinary.
func (s *Numbers) UnmarshalBinary(b []byte) error {
	if len(b) != Window/8+8 {
		return errors.New("seen: invalid length")
	}
	s.high = binary.LittleEndian.Uint64(b)
	for i := range s.bits {
		s.bits[i] = binary.LittleEndian.Uint64(b[8+8*i:])
	}
	return nil
}
