package web

import (
	"net/url"
	"strconv"
	"strings"
)

// flashKey is the name of the parameter that says what was just done.
const flashKey = "done"

// flashes are the texts for it. It has no text of its own, so that a link cannot put words
// into the page.
var flashes = map[string]string{
	"solved": "solved", "reopened": "reopened", "muted": "muted", "assigned": "assigned",
	"commented": "commented on", "merged": "merged", "split": "split", "deleted": "deleted",
	"linked": "linked to a new issue",
}

// withFlash adds to an address that an action was done on n tickets.
func withFlash(path, action string, n int) string {
	u, err := url.Parse(path)
	if err != nil {
		return path
	}
	query := u.Query()
	query.Set(flashKey, action+"."+strconv.Itoa(n))
	u.RawQuery = query.Encode()
	return u.RequestURI()
}

func flashText(value string) string {
	action, count, _ := strings.Cut(value, ".")
	n, err := strconv.Atoi(count)
	text, known := flashes[action]
	if !known || err != nil || n < 0 || n > maxIDs {
		return ""
	}
	return plural(int64(n), "ticket") + " " + text
}
