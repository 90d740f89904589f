// Package httplog is a middleware for package net/http that logs requests.
//
//	log := logbook.New("shop")
//	server := &http.Server{Handler: httplog.New(mux, &httplog.Options{Logger: log})}
//
// # The records of a request
//
// While a request is served, the attributes request_id, method, path and remote are bound
// to its context and to its goroutine. So all records that are logged meanwhile have
// them, with or without the context:
//
//	func cart(w http.ResponseWriter, req *http.Request) {
//		log.InfoContext(req.Context(), "cart of {user}", "user", user)
//		log.Debug("has them too")
//	}
//
// In a goroutine that the handler starts, records have them if they are logged with the
// context, or if [logbook.Go] started it. After the request, the context no longer adds
// them.
//
// The request's id is the first one with 1 to 128 letters, digits and "._:/+=-" of these:
// that of [Options].RequestID, the header X-Request-Id of the answer, which a middleware
// around this one may have set, and that header of the request; otherwise it is random. It
// is set as a header of the answer, and [RequestID] returns it for calls to other services.
//
// # The access record
//
// At the end of a request, one record reports its result:
//
//	INFO: http: GET /cart: 200, 5120 bytes in 1.7ms
//
// with the attributes above, and status, size (bytes of the body), duration, and route,
// the pattern that matched: that of the [http.ServeMux] that is called with the request,
// or the result of [Options].Route. A middleware between the two that makes a copy of the
// request hides the pattern.
//
// Its level follows from the status: ERROR from 500 up, NOTICE from 400 up, otherwise INFO;
// [Options].Level changes that. A request that has already logged a record at ERROR or
// above has an access record at NOTICE, so that one failure makes one mail and one ticket.
// An access record at ERROR has its route as the attribute fingerprint, too, by which
// limits, mails and tickets tell records apart: all access records are logged in the same
// place. The query and the headers are not logged, since they may contain secrets;
// [Options].Attrs can add them. Method and path are those of the request, even if handlers
// change them.
//
// The status is the one that the client got: 503 if an [http.TimeoutHandler] around the
// middleware has answered, 101 if the handler has taken over the connection. If the
// client left before anything was sent, it is 499 instead of a success status. The
// attribute aborted marks an access record whose client did not get the complete answer.
//
// The remote address is that of the connection. Behind a trusted proxy, use a middleware
// around this one that sets Request.RemoteAddr to the address that the proxy reports.
//
// # Routers
//
// [Middleware] has the form that chi and other routers take. They may pass on copies of the
// request, so give them [Options].Route:
//
//	r := chi.NewRouter()
//	r.Use(middleware.RequestID)
//	r.Use(httplog.Middleware(&httplog.Options{
//		RequestID: func(req *http.Request) string { return middleware.GetReqID(req.Context()) },
//		Route:     func(req *http.Request) string { return chi.RouteContext(req.Context()).RoutePattern() },
//	}))
//
// Leave out a middleware that recovers panics, such as chi's Recoverer: between this one and
// the handlers it would hide the panic, and the access record would have no stack.
//
// # Panics
//
// A panic is logged with its stack, and the client gets status 500 if nothing was sent
// yet. Otherwise the connection is closed, so that the client does not take a partial
// answer for a complete one. If no handler takes an ERROR of the logger, the panic goes
// on to the server, which prints it. http.ErrAbortHandler is not a failure: it goes on to
// the server, and the access record has the attribute aborted. Do not use
// [logbook.Logger.CatchPanics] around a handler instead: the client would get the part
// that was sent so far as a complete answer.
//
// # Fingers crossed
//
// With a handler in [Options].FingersCrossed, all records of a request are kept,
// including DEBUG, and written to that handler together if one of them is an ERROR, as
// the access record of a status 500 is; otherwise they are discarded:
//
//	failures := logbook.Must(handlers.NewFile("failures.log", nil))
//	h := httplog.New(mux, &httplog.Options{FingersCrossed: failures})
//
// They also go on to the other handlers, unless [Options].FingersCrossedOptions changes
// that.
//
// # The ResponseWriter
//
// The handler gets a writer that can flush, be hijacked and send files if the server's
// writer can. [http.ResponseController] reaches other methods through its Unwrap.
package httplog
