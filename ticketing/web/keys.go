package web

import "net/http"

// keys serves the list of keyboard keys.
func (x *exchange) keys() error {
	x.Page = "Keyboard keys"
	return x.page(http.StatusOK, "keys", struct{ *view }{&x.view})
}
