package ticketing

// maxReduced bounds the text that Reduce reads.
const maxReduced = 1024

// Reduce removes the parts of a message that differ from one time to the next, such as
// numbers, addresses and names in quotes, so that messages without a template can be grouped:
//
//	user 4711 at 10.0.0.7:80 not in "guests"
//	user # at # not in ?
//
// It reads the first 1024 bytes, as follows. A part in quotes (", ' or `) becomes "?", if no
// letter or digit is before or after it and no line ends in it. A word is a run of letters,
// digits, and the characters "_", ".", ":" and "-", the last three not at its beginning or
// end; bytes outside ASCII are letters. A word becomes "#" if it begins with a digit, or has
// a digit and otherwise only the letters a to f and the characters above. In other words,
// each run of digits becomes "#". All other bytes are kept.
func Reduce(message string) string {
	message = message[:min(len(message), maxReduced)]
	b := make([]byte, 0, len(message))
	for i := 0; i < len(message); {
		c := message[i]
		switch {
		case isLetter(c) || isDigit(c):
			end := wordEnd(message, i)
			b = appendWord(b, message[i:end])
			i = end
			continue
		case c == '"' || c == '\'' || c == '`':
			if end := quoteEnd(message, i); end > 0 {
				b = append(b, '?')
				i = end
				continue
			}
		}
		b = append(b, c)
		i++
	}
	return string(b)
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' || c == '_' || c >= 0x80 }

func isJoint(c byte) bool { return c == '.' || c == ':' || c == '-' }

// wordEnd returns the end of the word that begins at i.
func wordEnd(s string, i int) int {
	end := i
	for ; i < len(s); i++ {
		if isLetter(s[i]) || isDigit(s[i]) {
			end = i + 1
		} else if !isJoint(s[i]) {
			break
		}
	}
	return end
}

// quoteEnd returns the end of the quoted part that begins at i, or 0 if there is none.
func quoteEnd(s string, i int) int {
	if i > 0 && (isLetter(s[i-1]) || isDigit(s[i-1])) {
		return 0
	}
	for j := i + 1; j < len(s) && s[j] != '\n'; j++ {
		if s[j] == s[i] && (j+1 == len(s) || !isLetter(s[j+1]) && !isDigit(s[j+1])) {
			return j + 1
		}
	}
	return 0
}

func appendWord(b []byte, word string) []byte {
	digits, hex := 0, true
	for i := range len(word) {
		switch c := word[i]; {
		case isDigit(c):
			digits++
		case 'a' <= c|0x20 && c|0x20 <= 'f', isJoint(c):
		default:
			hex = false
		}
	}
	if digits > 0 && (hex || isDigit(word[0])) {
		return append(b, '#')
	}
	for i := range len(word) {
		switch {
		case !isDigit(word[i]):
			b = append(b, word[i])
		case i == 0 || !isDigit(word[i-1]):
			b = append(b, '#')
		}
	}
	return b
}
