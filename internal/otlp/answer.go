package otlp

// Rejected returns the number of records that were not taken, by the answer to a request that
// was taken in part, and why. It is 0 if all were taken, or if the answer is not valid.
func Rejected(answer []byte) (records int64, message string) {
	for partial := range messages(textOf(answer), 1) {
		for len(partial) > 0 {
			var f field
			f, partial = cutField(partial)
			switch {
			case f.is(1, wireVarint):
				records = int64(f.bits)
			case f.is(2, wireBytes):
				message = string([]byte(f.content))
			}
		}
	}
	return records, message
}

// StatusMessage returns the message of a google.rpc.Status, which is the answer to a request that
// was not taken.
func StatusMessage(answer []byte) (message string) {
	for text := range messages(textOf(answer), 2) {
		message = string([]byte(text))
	}
	return message
}
