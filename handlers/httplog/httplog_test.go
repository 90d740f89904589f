package httplog_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/handlers/httplog"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logbook/logbooktest"
)

// serve serves one request, and returns the answer and the records.
func serve(t *testing.T, o *httplog.Options, req *http.Request, fn http.HandlerFunc) (*httptest.ResponseRecorder, []*logbook.Record) {
	t.Helper()
	recorder := logbooktest.Record(t)
	w := httptest.NewRecorder()
	httplog.New(fn, o).ServeHTTP(w, req)
	return w, recorder.Records()
}

// text returns an attribute of a record as text.
func text(r *logbook.Record, key string) string {
	v, ok := r.Lookup(key)
	if !ok {
		return "-"
	}
	return v.String()
}

func TestAccessRecord(t *testing.T) {
	tests := []struct {
		name    string
		handler http.HandlerFunc
		level   logbook.Level
		status  string
		size    string
	}{
		{"nothing", func(http.ResponseWriter, *http.Request) {}, logbook.LevelInfo, "200", "0"},
		{"write", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte("hello"))
			_, _ = io.WriteString(w, " world")
		}, logbook.LevelInfo, "200", "11"},
		{"read from", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.Copy(w, strings.NewReader("hello"))
			_, _ = io.Copy(w, io.LimitReader(strings.NewReader("hello"), 2))
		}, logbook.LevelInfo, "200", "7"},
		{"no content", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }, logbook.LevelInfo, "204", "0"},
		{"redirection", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(302) }, logbook.LevelInfo, "302", "0"},
		{"not found", http.NotFound, logbook.LevelNotice, "404", "19"},
		{"unavailable", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) }, logbook.LevelError, "503", "0"},
		{"early hints", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(103)
			w.WriteHeader(201)
			w.WriteHeader(500) // the server ignores it
		}, logbook.LevelInfo, "201", "0"},
		{"flush", func(w http.ResponseWriter, _ *http.Request) { w.(http.Flusher).Flush() }, logbook.LevelInfo, "200", "0"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			req := httptest.NewRequest("PUT", "/a/{b}%0Ac?token=hunter2", nil)
			req.Header.Set("Authorization", "hunter2")
			req.Header.Set("X-Request-Id", "abc-1")
			w, records := serve(t, nil, req, tt.handler)
			if len(records) != 1 {
				t.Fatalf("%d records", len(records))
			}
			r := records[0]
			got := []string{
				r.Channel(), r.Level().String(), text(r, "status"), text(r, "size"), text(r, "method"),
				text(r, "path"), text(r, "remote"), text(r, "request_id"), w.Header().Get("X-Request-Id"),
			}
			want := []string{"http", tt.level.String(), tt.status, tt.size, "PUT", "/a/{b}\nc", "192.0.2.1:1234", "abc-1", "abc-1"}
			if !slices.Equal(got, want) {
				t.Errorf("got %q\nwant %q", got, want)
			}
			took, _ := r.Lookup("duration")
			if took.Kind() != slog.KindDuration || took.Duration() < 0 {
				t.Errorf("took %v", took)
			}
			prefix := fmt.Sprintf("PUT /a/{b}\nc: %s, %s bytes in ", tt.status, tt.size)
			if !strings.HasPrefix(r.Message(), prefix) || !strings.HasSuffix(r.Source().File, "httplog.go") {
				t.Errorf("message %q, source %v", r.Message(), r.Source())
			}
			line, err := logbook.JSON(nil).AppendFormat(nil, r)
			if err != nil || strings.Contains(string(line), "hunter2") || strings.Contains(string(line), "#2") {
				t.Errorf("%s, %v", line, err)
			}
		})
	}
}

func TestOptions(t *testing.T) {
	o := &httplog.Options{
		Logger: logbook.New("shop"),
		Level:  func(status int) logbook.Level { return logbook.Level(status - 200) },
		Attrs: func(req *http.Request) []slog.Attr {
			return []slog.Attr{slog.String("query", req.URL.RawQuery)}
		},
	}
	_, records := serve(t, o, httptest.NewRequest("GET", "/x?a=b", nil), func(w http.ResponseWriter, req *http.Request) {
		logbook.New("other").Warn("inside")
		w.WriteHeader(204)
	})
	if len(records) != 2 || records[1].Channel() != "shop" || records[1].Level() != 4 {
		t.Fatalf("got %v", records)
	}
	for _, r := range records {
		if text(r, "query") != "a=b" {
			t.Errorf("%s has no query", r.Message())
		}
	}
}

func TestRequestID(t *testing.T) {
	for given, want := range map[string]bool{
		"a": true, "AZaz09._:/+=-": true, strings.Repeat("x", 128): true,
		"": false, strings.Repeat("x", 129): false, "a b": false, "a\nb": false, "é": false, "{x}": false, "\x1b[1m": false,
	} {
		req := httptest.NewRequest("GET", "/", nil)
		req.Header["X-Request-Id"] = []string{given}
		inside := ""
		w, records := serve(t, nil, req, func(_ http.ResponseWriter, req *http.Request) {
			inside = httplog.RequestID(req.Context())
		})
		id := text(records[0], "request_id")
		if (id == given) != want || id != inside || id != w.Header().Get("X-Request-Id") || len(id) < 20 && !want {
			t.Errorf("%q: %q, inside %q", given, id, inside)
		}
	}
	for _, ctx := range []context.Context{context.Background(), nil} {
		if id := httplog.RequestID(ctx); id != "" {
			t.Errorf("without a request: %q", id)
		}
	}
}

// The id of another middleware is taken over if it is valid.
func TestRequestIDOfOthers(t *testing.T) {
	for name, tt := range map[string]struct{ option, answer, request, want string }{
		"option":           {"host/x-000001", "b", "c", "host/x-000001"},
		"no option":        {"", "b", "c", "b"},
		"invalid option":   {"a\nb", "b", "c", "b"},
		"request":          {"", "", "c", "c"},
		"invalid, request": {"{}", "{}", "c", "c"},
	} {
		t.Run(name, func(t *testing.T) {
			recorder := logbooktest.Record(t)
			req := httptest.NewRequest("GET", "/", nil)
			req.Header.Set("X-Request-Id", tt.request)
			w := httptest.NewRecorder()
			w.Header().Set("X-Request-Id", tt.answer)
			o := &httplog.Options{RequestID: func(*http.Request) string { return tt.option }}
			httplog.New(http.NotFoundHandler(), o).ServeHTTP(w, req)
			id := text(recorder.Records()[0], "request_id")
			if id != tt.want || w.Header().Get("X-Request-Id") != tt.want {
				t.Errorf("the id is %q, the header %q; want %q", id, w.Header().Get("X-Request-Id"), tt.want)
			}
		})
	}
}

// The records of each request have its attributes, with the context and without it, on
// its goroutine and on those it starts; afterwards the context binds nothing.
func TestConcurrentRequests(t *testing.T) {
	recorder := logbooktest.NewRecorder()
	defer logbook.PushApplication(recorder)()
	log := logbook.New("app")
	var mu sync.Mutex
	var contexts []context.Context
	server := httptest.NewServer(httplog.New(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		name := strings.TrimPrefix(req.URL.Path, "/")
		log.Info("plain {name}", "name", name)
		log.InfoContext(req.Context(), "context {name}", "name", name)
		var wg sync.WaitGroup
		wg.Go(func() { log.InfoContext(req.Context(), "started {name}", "name", name) })
		done := make(chan struct{})
		logbook.Go(func() {
			defer close(done)
			log.Info("started by Go {name}", "name", name)
		})
		wg.Wait()
		<-done
		mu.Lock()
		defer mu.Unlock()
		contexts = append(contexts, req.Context())
	}), nil))
	defer server.Close()
	const requests = 40
	var wg sync.WaitGroup
	for i := range requests {
		wg.Go(func() {
			resp, err := http.Get(fmt.Sprintf("%s/%d", server.URL, i))
			if err != nil {
				t.Error(err)
				return
			}
			resp.Body.Close()
		})
	}
	wg.Wait()
	server.Close() // waits for the access records
	records := recorder.Records()
	if len(records) != 5*requests {
		t.Errorf("%d records", len(records))
	}
	ids := make(map[string]string)
	for _, r := range records {
		id, path := text(r, "request_id"), text(r, "path")
		if name := text(r, "name"); name != "-" && path != "/"+name {
			t.Errorf("%s has the path %s", r.Message(), path)
		}
		if other, ok := ids[id]; ok && other != path {
			t.Errorf("%s and %s share an id", other, path)
		}
		ids[id] = path
	}
	if len(ids) != requests {
		t.Errorf("%d ids", len(ids))
	}
	log.InfoContext(contexts[0], "after")
	if r := recorder.Records()[5*requests]; text(r, "path") != "-" {
		t.Error("the binding has no end")
	}
}

func TestPanic(t *testing.T) {
	failure := errors.New("out of order")
	tests := []struct {
		name   string
		fn     http.HandlerFunc
		status int
		body   string
		broken bool
	}{
		{"nothing sent", func(http.ResponseWriter, *http.Request) { explode(failure) }, 500, "Internal Server Error\n", false},
		{"no error", func(http.ResponseWriter, *http.Request) { explode("out of order") }, 500, "Internal Server Error\n", false},
		{"headers set", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			explode(failure)
		}, 500, "Internal Server Error\n", false},
		{"only flushed", func(w http.ResponseWriter, _ *http.Request) {
			w.(http.Flusher).Flush()
			explode(failure)
		}, 200, "", true},
		{"half read", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.(io.ReaderFrom).ReadFrom(io.LimitReader(io.MultiReader(strings.NewReader("half"), explodingReader{w, failure}), 100))
		}, 200, "half", true},
		{"half sent", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "half")
			_ = http.NewResponseController(w).Flush()
			explode(failure)
		}, 200, "half", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			recorder := logbooktest.NewRecorder()
			server := newServer(t, recorder, nil, tt.fn)
			resp, err := http.Get(server.URL + "/x")
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(resp.Body)
			resp.Body.Close()
			if resp.StatusCode != tt.status || string(body) != tt.body || (err != nil) != tt.broken {
				t.Errorf("answered %d %q, %v", resp.StatusCode, body, err)
			}
			server.Close()
			records := recorder.Records()
			if len(records) != 2 {
				t.Fatalf("%d records", len(records))
			}
			r, access := records[0], records[1]
			if r.Level() != logbook.LevelError || r.Message() != "request panicked" || text(r, "path") != "/x" ||
				r.Err() == nil || r.Err().Error() != "out of order" {
				t.Errorf("logged %v %q, %v", r.Level(), r.Message(), r.Err())
			}
			if stack := r.ErrorInfo().Stack; len(stack) == 0 || !strings.HasSuffix(stack[0].Function, ".explode") || !strings.HasSuffix(r.Source().Function, ".explode") {
				t.Errorf("stack %v, source %v", stack, r.Source())
			}
			if access.Level() != logbook.LevelNotice || text(access, "status") != fmt.Sprint(tt.status) || (text(access, "aborted") == "true") != tt.broken {
				t.Errorf("access: %v %s", access.Level(), access.Message())
			}
		})
	}
}

func explode(v any) { panic(v) }

// An invalid status is a mistake of the handler, and the client gets status 500.
func TestInvalidStatus(t *testing.T) {
	recorder := logbooktest.NewRecorder()
	server := newServer(t, recorder, nil, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(9999) })
	resp, err := http.Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	server.Close()
	r := recorder.Records()
	if resp.StatusCode != 500 || len(r) != 2 || text(r[1], "status") != "500" || text(r[1], "aborted") != "-" {
		t.Errorf("answered %d, logged %v", resp.StatusCode, r)
	}
}

// A panic that no handler would log goes on to the server.
func TestUnloggedPanic(t *testing.T) {
	failure := errors.New("out of order")
	silent := logbook.NewLogger("http", &logbook.LoggerOptions{Disabled: true})
	h := httplog.New(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(failure) }), &httplog.Options{Logger: silent})
	defer func() {
		if p := recover(); p != failure {
			t.Errorf("recovered %v", p)
		}
	}()
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
}

// A panic of a function of the options is logged, and changes neither the answer nor the access
// record.
func TestPanicsOfOptions(t *testing.T) {
	for option, o := range map[string]*httplog.Options{
		"Level":     {Level: func(int) logbook.Level { panic("x") }},
		"Attrs":     {Attrs: func(*http.Request) []slog.Attr { panic("x") }},
		"RequestID": {RequestID: func(*http.Request) string { panic("x") }},
		"Route":     {Route: func(*http.Request) string { panic("x") }},
	} {
		t.Run(option, func(t *testing.T) {
			answer, records := serve(t, o, httptest.NewRequest("GET", "/", nil), func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(201)
			})
			if answer.Code != 201 || answer.Header().Get("X-Request-Id") == "" || len(records) != 2 {
				t.Fatalf("answered %d, logged %v", answer.Code, records)
			}
			r, access := records[0], records[1]
			if want := "httplog.Options." + option + " panicked"; r.Level() != logbook.LevelError || r.Message() != want || r.Err() == nil {
				t.Errorf("logged %v %q, %v", r.Level(), r.Message(), r.Err())
			}
			if access.Level() != logbook.LevelInfo || text(access, "status") != "201" || text(access, "request_id") == "-" {
				t.Errorf("access: %v %s", access.Level(), access.Message())
			}
		})
	}
}

// The answer to HEAD has no body, whatever the handler writes.
func TestHead(t *testing.T) {
	_, records := serve(t, nil, httptest.NewRequest("HEAD", "/", nil), func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, "hello")
	})
	if size := text(records[0], "size"); size != "0" {
		t.Errorf("size %s", size)
	}
}

// explodingReader panics after its text was sent.
type explodingReader struct {
	w   http.ResponseWriter
	err error
}

func (r explodingReader) Read([]byte) (int, error) {
	_ = http.NewResponseController(r.w.(interface{ Unwrap() http.ResponseWriter }).Unwrap()).Flush()
	explode(r.err)
	return 0, nil
}

// newServer starts a server whose requests are logged to the recorder. Its errors go
// there too.
func newServer(t *testing.T, h logbook.Handler, o *httplog.Options, fn http.HandlerFunc) *httptest.Server {
	t.Helper()
	undo := logbook.PushApplication(h)
	t.Cleanup(undo)
	server := httptest.NewUnstartedServer(httplog.New(fn, o))
	server.Config.ErrorLog = slog.NewLogLogger(failing{t}, slog.LevelError)
	server.Start()
	t.Cleanup(server.Close)
	return server
}

// failing fails the test if the server logs a panic.
type failing struct{ t *testing.T }

func (failing) Enabled(context.Context, slog.Level) bool { return true }

func (f failing) Handle(_ context.Context, r slog.Record) error {
	f.t.Errorf("the server says: %s", r.Message)
	return nil
}

func (f failing) WithAttrs([]slog.Attr) slog.Handler { return f }
func (f failing) WithGroup(string) slog.Handler      { return f }

// http.ErrAbortHandler goes on to the server, whether it is logged or not.
func TestErrAbortHandler(t *testing.T) {
	silent := logbook.NewLogger("http", &logbook.LoggerOptions{Disabled: true})
	for name, logger := range map[string]*logbook.Logger{"logged": nil, "silent": silent} {
		t.Run(name, func(t *testing.T) {
			recorder := logbooktest.NewRecorder()
			server := newServer(t, recorder, &httplog.Options{Logger: logger}, func(http.ResponseWriter, *http.Request) {
				panic(http.ErrAbortHandler)
			})
			if resp, err := http.Get(server.URL); err == nil {
				t.Errorf("answered %d", resp.StatusCode)
				resp.Body.Close()
			}
			server.Close()
			for i, r := range recorder.Records() { // the client may have tried twice
				if r.Err() != nil || r.Level() != logbook.LevelInfo || text(r, "aborted") != "true" || text(r, "status") != "0" {
					t.Errorf("record %d: %v %s, %v", i, r.Level(), r.Message(), r.Err())
				}
			}
			if n := len(recorder.Records()); (n > 0) != (logger == nil) {
				t.Errorf("%d records", n)
			}
		})
	}
}

// The handler may end its goroutine, as t.FailNow does.
func TestGoexit(t *testing.T) {
	recorder := logbooktest.NewRecorder()
	defer logbook.PushApplication(recorder)()
	var wg sync.WaitGroup
	wg.Go(func() {
		httplog.New(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { runtime.Goexit() }), nil).
			ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
	})
	wg.Wait()
	if got := recorder.Records(); len(got) > 0 {
		t.Errorf("logged %q", got[0].Message())
	}
}

// Only requests that fail write their records.
func TestFingersCrossed(t *testing.T) {
	var mu sync.Mutex
	var failures []string
	file := logbook.NewHandler(func(r *logbook.Record) error {
		mu.Lock()
		defer mu.Unlock()
		failures = append(failures, r.Level().String()+" "+text(r, "path"))
		return nil
	}, nil)
	fn := http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		logbook.New("app").Debug("details")
		switch req.URL.Path {
		case "/panic":
			panic("x")
		case "/500":
			w.WriteHeader(500)
		case "/404":
			w.WriteHeader(404)
		}
	})
	for _, tt := range []struct {
		options *handlers.FingersCrossedOptions
		want    string
		others  int
	}{
		{nil, "DEBUG /500,ERROR /500,DEBUG /panic,ERROR /panic,NOTICE /panic", 9},
		{&handlers.FingersCrossedOptions{ActionLevel: logbook.LevelNotice},
			"DEBUG /404,NOTICE /404,DEBUG /500,ERROR /500,DEBUG /panic,ERROR /panic,NOTICE /panic", 0},
	} {
		failures = nil
		recorder := logbooktest.Record(t)
		h := httplog.New(fn, &httplog.Options{FingersCrossed: file, FingersCrossedOptions: tt.options})
		for _, path := range []string{"/ok", "/404", "/500", "/panic"} {
			h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", path, nil))
		}
		if got := strings.Join(failures, ","); got != tt.want || len(recorder.Records()) != tt.others {
			t.Errorf("wrote %s, and passed %d on", got, len(recorder.Records()))
		}
	}
}

func BenchmarkRequest(b *testing.B) {
	defer logbook.PushApplication(handlers.NewStream(io.Discard, &logbook.Options{Formatter: logbook.JSON(nil)}))()
	h := httplog.New(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }), nil)
	req := httptest.NewRequest("GET", "/cart", nil)
	w := httptest.NewRecorder()
	for b.Loop() {
		h.ServeHTTP(w, req)
	}
}

// The access record has the method and the path of the request.
func TestRewrittenRequest(t *testing.T) {
	_, records := serve(t, nil, httptest.NewRequest("GET", "/users/42", nil), func(w http.ResponseWriter, req *http.Request) {
		req.URL.Path, req.Method = "/internal", "HEAD"
		fmt.Fprint(w, "hello")
	})
	r := records[0]
	if !strings.HasPrefix(r.Message(), "GET /users/42: 200, 5 bytes") || text(r, "path") != "/users/42" || text(r, "method") != "GET" {
		t.Errorf("logged %q, method %s, path %s", r.Message(), text(r, "method"), text(r, "path"))
	}
}

// The access record has the pattern that the mux matched, or that Options.Route returns.
func TestRoute(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /users/{id}", func(http.ResponseWriter, *http.Request) {})
	for path, want := range map[string]string{"/users/42": "GET /users/{id}", "/nowhere": "-"} {
		_, records := serve(t, nil, httptest.NewRequest("GET", path, nil), mux.ServeHTTP)
		if got := text(records[0], "route"); got != want {
			t.Errorf("%s: route %s", path, got)
		}
	}
	type router struct{}
	o := &httplog.Options{Route: func(req *http.Request) string { return *req.Context().Value(router{}).(*string) }}
	pattern := ""
	req := httptest.NewRequest("GET", "/", nil)
	req = req.WithContext(context.WithValue(req.Context(), router{}, &pattern))
	_, records := serve(t, o, req, func(_ http.ResponseWriter, req *http.Request) {
		*req.Context().Value(router{}).(*string) = "/{page}"
	})
	if got := text(records[0], "route"); got != "/{page}" {
		t.Errorf("the option's route is %s", got)
	}
}

// A request that fails has one record at ERROR: the access record, if no other.
func TestOneErrorForARequest(t *testing.T) {
	log := logbook.New("shop")
	for name, tt := range map[string]struct {
		handler http.HandlerFunc
		want    string
	}{
		"status alone": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(502) }, "ERROR"},
		"logged, too": {func(w http.ResponseWriter, _ *http.Request) {
			log.Exception(errors.New("declined"), "order failed")
			w.WriteHeader(502)
		}, "ERROR NOTICE"},
		"logged elsewhere": {func(w http.ResponseWriter, req *http.Request) {
			done := make(chan struct{})
			go func() {
				defer close(done)
				log.ErrorContext(req.Context(), "order failed")
			}()
			<-done
			w.WriteHeader(502)
		}, "ERROR NOTICE"},
		"warned": {func(w http.ResponseWriter, _ *http.Request) {
			log.Warn("slow")
			w.WriteHeader(502)
		}, "WARNING ERROR"},
		"recovered": {func(http.ResponseWriter, *http.Request) { log.Error("trying again") }, "ERROR INFO"},
		"panic":     {func(http.ResponseWriter, *http.Request) { explode("x") }, "ERROR NOTICE"},
		"aborted":   {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "INFO"},
	} {
		t.Run(name, func(t *testing.T) {
			recorder := logbooktest.NewRecorder()
			defer logbook.PushApplication(recorder)()
			func() {
				defer func() { _ = recover() }() // http.ErrAbortHandler
				httplog.New(tt.handler, nil).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
			}()
			var levels []string
			for _, r := range recorder.Records() {
				levels = append(levels, r.Level().String())
			}
			if got := strings.Join(levels, " "); got != tt.want {
				t.Errorf("logged %s, want %s", got, tt.want)
			}
		})
	}
}

// A limit counts the failures of each route.
func TestLimitByRoute(t *testing.T) {
	mux := http.NewServeMux()
	fail := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) }
	mux.HandleFunc("GET /users/{id}", fail)
	mux.HandleFunc("GET /orders/{id}", fail)
	recorder := logbooktest.NewRecorder()
	limit := handlers.NewLimit(recorder, nil)
	logbook.InGoroutine(func() {
		for _, path := range []string{"/users/1", "/orders/1", "/users/2", "/orders/1"} {
			httplog.New(mux, nil).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", path, nil))
		}
		var paths []string
		for _, r := range recorder.Records() {
			paths = append(paths, text(r, "path"))
		}
		if got := strings.Join(paths, " "); got != "/users/1 /orders/1" {
			t.Errorf("let through %s", got)
		}
	}, limit)
}

// A line has each value of the access record once.
func TestEachValueOnce(t *testing.T) {
	_, records := serve(t, nil, httptest.NewRequest("GET", "/cart", nil), func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, "three things")
	})
	line, err := logbook.MustFormat("{record.message}{record.attrs}").AppendFormat(nil, records[0])
	got := regexp.MustCompile(`in \S+ request_id=\S+`).ReplaceAllString(string(line), "in D request_id=I")
	if want := "GET /cart: 200, 12 bytes in D request_id=I remote=192.0.2.1:1234"; err != nil || got != want {
		t.Errorf("got %s, %v; want %s", got, err, want)
	}
}

// A request whose client left is not logged as answered.
func TestClientLeft(t *testing.T) {
	for name, tt := range map[string]struct {
		before, after func(w http.ResponseWriter)
		want          string // status, level and aborted
	}{
		"nothing sent":    {nil, nil, "499 NOTICE true"},
		"status after":    {nil, func(w http.ResponseWriter) { w.WriteHeader(204) }, "499 NOTICE true"},
		"body after":      {nil, func(w http.ResponseWriter) { fmt.Fprint(w, "hello") }, "499 NOTICE true"},
		"failure after":   {nil, func(w http.ResponseWriter) { http.Error(w, "", 500) }, "500 ERROR true"},
		"aborted after":   {nil, func(w http.ResponseWriter) { panic(http.ErrAbortHandler) }, "499 NOTICE true"},
		"panicked after":  {nil, func(w http.ResponseWriter) { panic("x") }, "500 NOTICE true"},
		"nothing missing": {func(w http.ResponseWriter) { w.WriteHeader(204) }, nil, "204 INFO -"},
		"half of it": {flushed, func(w http.ResponseWriter) {
			for block := strings.Repeat("x", 1<<20); ; { // the system may take some of it
				if _, err := io.Copy(w, strings.NewReader(block)); err != nil {
					return
				}
			}
		}, "200 INFO true"},
	} {
		t.Run(name, func(t *testing.T) {
			recorder := logbooktest.NewRecorder()
			begun := make(chan struct{})
			server := newServer(t, recorder, nil, func(w http.ResponseWriter, req *http.Request) {
				if tt.before != nil {
					tt.before(w)
				}
				close(begun)
				<-req.Context().Done()
				if tt.after != nil {
					tt.after(w)
				}
			})
			ctx, leave := context.WithCancel(t.Context())
			go func() {
				<-begun
				leave()
			}()
			req, err := http.NewRequestWithContext(ctx, "GET", server.URL, nil)
			if err != nil {
				t.Fatal(err)
			}
			if resp, err := http.DefaultClient.Do(req); err == nil {
				_, _ = io.Copy(io.Discard, resp.Body)
				resp.Body.Close()
			}
			server.Close() // waits for the handler
			records := recorder.Records()
			r := records[len(records)-1]
			if got := text(r, "status") + " " + r.Level().String() + " " + text(r, "aborted"); got != tt.want {
				t.Errorf("logged %s, want %s", got, tt.want)
			}
		})
	}
}

// flushed sends a part of an answer.
func flushed(w http.ResponseWriter) {
	fmt.Fprint(w, "hello")
	w.(http.Flusher).Flush()
}

// An http.TimeoutHandler around the middleware answers instead of a handler that takes
// too long, whatever the handler does.
func TestTimeoutHandler(t *testing.T) {
	var leave func()
	for name, tt := range map[string]struct {
		handler http.HandlerFunc
		want    string
	}{
		"nothing":               {func(http.ResponseWriter, *http.Request) {}, "200 0"},
		"in time":               {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "hello") }, "200 5"},
		"too late for anything": {func(_ http.ResponseWriter, req *http.Request) { <-req.Context().Done() }, "503 0"},
		"too late for a status": {func(w http.ResponseWriter, req *http.Request) {
			<-req.Context().Done()
			w.WriteHeader(201)
		}, "503 0"},
		"client left": {func(w http.ResponseWriter, req *http.Request) {
			fmt.Fprint(w, "hello")
			leave()
			<-req.Context().Done()
		}, "499 5"},
		"too late for the end": {func(w http.ResponseWriter, req *http.Request) {
			w.WriteHeader(201)
			fmt.Fprint(w, "hello")
			<-req.Context().Done()
		}, "503 0"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				recorder := logbooktest.NewRecorder()
				defer logbook.PushApplication(recorder)()
				h := http.TimeoutHandler(httplog.New(tt.handler, nil), time.Second, "")
				w := httptest.NewRecorder()
				var ctx context.Context
				ctx, leave = context.WithCancel(t.Context())
				defer leave()
				h.ServeHTTP(w, httptest.NewRequestWithContext(ctx, "GET", "/", nil))
				synctest.Wait() // for the handler, which may still run
				r := recorder.Records()[0]
				if got := text(r, "status") + " " + text(r, "size"); got != tt.want || got[:3] != "499" && got[:3] != fmt.Sprint(w.Code) {
					t.Errorf("logged %s, want %s; the client got %d", got, tt.want, w.Code)
				}
			})
		})
	}
}

// A panic that no handler would log is not recovered, so its stack stays.
func TestUnloggedPanicKeepsItsPlace(t *testing.T) {
	recorder := logbooktest.Record(t)
	silent := logbook.NewLogger("http", &logbook.LoggerOptions{Disabled: true})
	func() {
		defer logbook.New("outer").CatchPanics(nil)
		httplog.New(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("x") }), &httplog.Options{Logger: silent}).
			ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
	}()
	if r := recorder.Records()[0]; !strings.HasSuffix(r.Source().File, "httplog_test.go") {
		t.Errorf("the place is %v", r.Source())
	}
}

// The context of a request ends with the server's, has its values, and shows nothing of
// the request when it is printed.
func TestRequestContext(t *testing.T) {
	type key struct{}
	outer, cancel := context.WithCancel(context.WithValue(t.Context(), key{}, "v"))
	req := httptest.NewRequestWithContext(outer, "GET", "/secret", nil)
	serve(t, nil, req, func(_ http.ResponseWriter, req *http.Request) {
		ctx := req.Context()
		inner, end := context.WithCancel(ctx)
		defer end()
		if text := fmt.Sprintf("%v %+v %s", ctx, ctx, inner); strings.Contains(text, "secret") || strings.Contains(text, "192.0.2.1") {
			t.Errorf("prints %s", text)
		}
		if ctx.Value(key{}) != "v" {
			t.Error("a value is lost")
		}
		cancel()
		<-inner.Done()
		if inner.Err() != context.Canceled || ctx.Err() != context.Canceled {
			t.Errorf("ended with %v, %v", inner.Err(), ctx.Err())
		}
	})
}
