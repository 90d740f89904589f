package words

import "strings"

// Reply is the kind of a reply.
type Reply int

// The kinds of replies.
const (
	Answered Reply = iota
	Refused        // the message is invalid
	Failed         // the command has failed
	Busy           // the daemon may take the message later
)

// ReplyError returns the kind of a reply of lab_utils' daemon, or of package daemon, and the message of one that
// reports an error.
func ReplyError(reply string) (kind Reply, message string) {
	if message, ok := strings.CutPrefix(reply, "Error!"); ok {
		if message, ok = strings.CutPrefix(message, " busy: "); ok {
			return Busy, message
		}
		return Refused, strings.TrimPrefix(message, " ")
	}
	if message, ok := strings.CutPrefix(reply, "Unknown exception!"); ok {
		_, message, _ = strings.Cut(message, "\n")
		return Failed, message
	}
	if strings.HasPrefix(reply, "Daemon error") {
		return Failed, strings.TrimSuffix(reply, "\n")
	}
	return Answered, ""
}
