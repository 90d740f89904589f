// Package httplog is a middleware for package net/http that logs requests.
//
//	log := logbook.New("shop")
//	server := &http.Server{Handler: httplog.New(mux, &httplog.Options{Logger: log})}
//
// # What a request's records know
//
// While a request is served, request_id, method, path and remote are bound to its
// context and to the goroutine that serves it. So each record that is logged
// meanwhile has them, with or without the context:
//
//	func cart(w http.ResponseWriter, req *http.Request) {
//		log.InfoContext(req.Context(), "cart of {user}", "user", user)
//		log.Debug("meets them as well")
//	}
//
// A goroutine that the handler starts meets them through the context, or with
// [logbook.Go] without it. After the request they end, whoever still holds the
// context.
//
// The request's id is that of the header X-Request-Id if it is one, which is to
// say up to 128 letters, digits and "._:/+=-", and else a random one. It is set as
// the answer's header, and [RequestID] returns it, to be handed on.
//
// # The access record
//
// When a request is served, one record tells how it ended:
//
//	INFO: http: GET /cart: 200, 5120 bytes in 1.7ms
//
// with the attributes status, size (bytes of the body) and duration besides those
// above, and route, the pattern that matched, where an [http.ServeMux] below it serves
// the request. Its level follows from the status: ERROR from 500 up, NOTICE from 400 up,
// else INFO; [Options].Level changes that. The query and the headers are not
// logged, since there may be secrets in them; [Options].Attrs adds what is wanted.
// Method and path are those that were asked for, whatever handlers make of them.
//
// The status is the one that the client got: 503 where an [http.TimeoutHandler] around
// the middleware has answered, 101 where the handler has taken over the connection. If
// the client left before anything was sent, it is 499 instead of a status of success. The
// attribute aborted marks an access record whose client did not get the whole answer.
//
// The remote address is that of the connection. Behind a proxy that can be trusted,
// a middleware around this one sets Request.RemoteAddr to what the proxy says.
//
// # Panics
//
// A panic is logged with its stack, and the client gets status 500 if nothing was
// sent yet. If something was, the connection is broken off, so that nobody takes half
// an answer for a whole one. If no handler takes an ERROR of the logger, the panic goes
// on to the server, which prints it. http.ErrAbortHandler is no failure: it is handed
// on, and the access record has the attribute aborted. Logging a panic by
// [logbook.Logger.CatchPanics] around a handler does none of that: the server takes what
// was sent so far for the answer.
//
// # Fingers crossed
//
// With a handler in [Options].FingersCrossed, all records of a request are kept,
// those of DEBUG too, and written to it together if one of them is an ERROR, which
// a status of 500 is; else they are forgotten:
//
//	failures := logbook.Must(handlers.NewFile("failures.log", nil))
//	h := httplog.New(mux, &httplog.Options{FingersCrossed: failures})
//
// They go on to the other handlers as usual, unless
// [Options].FingersCrossedOptions says otherwise.
//
// # The ResponseWriter
//
// The handler is given a writer that flushes and can be hijacked if the server's
// does and can, and hands files to the system as that does. Through its Unwrap,
// [http.ResponseController] reaches the rest.
package httplog
