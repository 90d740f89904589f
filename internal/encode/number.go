package encode

import (
	"encoding/binary"
	"math"
	"math/bits"
	"slices"
	"strconv"
)

// zeros added to eight digits gives their ASCII bytes.
const zeros = '0' * ones

// digits8 returns the eight decimal digits of v, which must be below 1e8, as
// bytes 0 to 9. The lowest byte is the first digit. All digits are computed at
// once, by multiplication with the reciprocals of 100 and 10 in lanes.
func digits8(v uint32) uint64 {
	q := v / 10000
	x := uint64(q) | uint64(v-q*10000)<<32
	hundreds := x * 10486 >> 20 & 0x0000_007f_0000_007f
	x = hundreds | (x-100*hundreds)<<16
	tens := x * 103 >> 10 & 0x000f_000f_000f_000f
	return tens | (x-10*tens)<<8
}

// grow ensures capacity for n more bytes. It is small enough to be inlined.
func grow(b []byte, n int) []byte {
	if cap(b)-len(b) < n {
		b = slices.Grow(b, n)
	}
	return b
}

// put8 writes the eight digits of digits8 after b, which must have capacity for them, and
// keeps n of them.
func put8(b []byte, digits uint64, n int) []byte {
	i := len(b)
	binary.LittleEndian.PutUint64(b[i:i+8], digits|zeros)
	return b[:i+n]
}

// AppendInt appends i in decimal, like [strconv.AppendInt] in about half the time.
func AppendInt(b []byte, i int64) []byte {
	if 0 <= i && i < 10 { // the only case that is inlined
		return append(b, byte('0'+i))
	}
	return appendInt(b, i)
}

func appendInt(b []byte, i int64) []byte {
	switch {
	case 0 <= i && i < 1000: // without a further call
		return putHead(grow(b, 4), uint32(i))
	case i >= 0:
		return appendUint(b, uint64(i))
	}
	return AppendUint(append(b, '-'), -uint64(i))
}

// AppendUint appends u in decimal, like [strconv.AppendUint] in about half the time.
func AppendUint(b []byte, u uint64) []byte {
	if u < 10 {
		return append(b, byte('0'+u))
	}
	return appendUint(b, u)
}

// appendUint appends u, which must not be below 10.
func appendUint(b []byte, u uint64) []byte {
	b = grow(b, 24)
	switch {
	case u < 1000:
		return putHead(b, uint32(u))
	case u < 1e6:
		q := uint32(u) / 1000
		return putThree(putHead(b, q), uint32(u)-q*1000)
	case u < 1e9:
		q := uint32(u) / 1000
		m := q / 1000
		return putThree(putThree(putHead(b, m), q-m*1000), uint32(u)-q*1000)
	case u < 1e16:
		q := u / 1e8
		return put8(AppendUint(b, q), digits8(uint32(u-q*1e8)), 8)
	}
	q := u / 1e16
	b = AppendUint(b, q)
	u -= q * 1e16
	q = u / 1e8
	b = put8(b, digits8(uint32(q)), 8)
	return put8(b, digits8(uint32(u-q*1e8)), 8)
}

// threeDigits holds the text of 000 to 999, each followed by a byte that will be
// overwritten, so that a whole word is written. A lookup is faster than divisions.
var threeDigits = func() (t [1000]uint32) {
	for i := range t {
		n := uint32(i)
		t[i] = '0' + n/100 | ('0'+n/10%10)<<8 | ('0'+n%10)<<16
	}
	return t
}()

// putThree writes the three digits of v, which must be below 1000, after b, which must
// have capacity for four bytes.
func putThree(b []byte, v uint32) []byte {
	i := len(b)
	binary.LittleEndian.PutUint32(b[i:i+4], threeDigits[v])
	return b[:i+3]
}

// putHead is putThree without leading zeros.
func putHead(b []byte, v uint32) []byte {
	i, n := len(b), 3
	if v < 10 {
		n = 1
	} else if v < 100 {
		n = 2
	}
	binary.LittleEndian.PutUint32(b[i:i+4], threeDigits[v]>>(24-8*n))
	return b[:i+n]
}

// AppendJSONFloat appends f like encoding/json: the shortest number that reads back as f,
// with an exponent below 1e-6 and from 1e21 on. NaN and the infinities, for which JSON
// has no number, become the strings "NaN", "+Inf" and "-Inf".
func AppendJSONFloat(b []byte, f float64) []byte {
	abs := math.Abs(f)
	switch {
	case abs < 1e9:
		// Most floats of a log are integers or have few decimals. n/1e6 has at
		// most 15 digits, and no two such decimals are the same float64, so if it
		// reads back as f, it is the shortest number that does.
		n := uint64(abs*1e6 + 0.5)
		if float64(n)/1e6 == abs && (n != 0 || !math.Signbit(f)) {
			if f < 0 {
				b = append(b, '-')
			}
			whole := n / 1e6
			return appendFraction(AppendUint(b, whole), uint32(n-whole*1e6)*100)
		}
	case abs < 1e15:
		if i := int64(f); float64(i) == f {
			return AppendInt(b, i)
		}
	}
	switch {
	case math.IsNaN(f):
		return append(b, `"NaN"`...)
	case f > math.MaxFloat64:
		return append(b, `"+Inf"`...)
	case f < -math.MaxFloat64:
		return append(b, `"-Inf"`...)
	case abs != 0 && abs < 1e-6 || abs >= 1e21:
		b = strconv.AppendFloat(b, f, 'e', -1, 64)
		if n := len(b); b[n-4] == 'e' && b[n-2] == '0' {
			// encoding/json writes e-9 where strconv writes e-09.
			b[n-2] = b[n-1]
			b = b[:n-1]
		}
		return b
	}
	return strconv.AppendFloat(b, f, 'f', -1, 64)
}

// appendFraction appends the point and the eight digits of v, which must be below 1e8,
// without trailing zeros. If v is 0, it appends nothing.
func appendFraction(b []byte, v uint32) []byte {
	if v == 0 {
		return b
	}
	b = append(grow(b, 9), '.')
	digits := digits8(v)
	return put8(b, digits, 8-bits.LeadingZeros64(digits)>>3)
}
