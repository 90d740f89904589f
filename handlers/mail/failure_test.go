package mail_test

import (
	"bufio"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/logbook-go/logbook/handlers/mail"
	"github.com/logbook-go/logbook/logbook"
)

func refuse(code int, text string) error {
	return &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCode{code / 100, 7, 1}, Message: text}
}

func batch(n int) []*logbook.Record {
	var rs []*logbook.Record
	for i := range n {
		rs = append(rs, record(logbook.LevelError, fmt.Sprint("record ", i+1)))
	}
	return rs
}

// lastLines returns the last line of each mail.
func lastLines(t *testing.T, s *mailServer) (lines []string) {
	t.Helper()
	for _, m := range s.mails() {
		text := parse(t, m.data).text
		lines = append(lines, text[strings.LastIndexByte(text, '\n')+1:])
	}
	return lines
}

// If the server refuses a mail, the error has its answer, and the connection is used for
// the next one.
func TestRefusals(t *testing.T) {
	for _, c := range []struct {
		name  string
		set   func(s *mailServer)
		step  string
		code  int
		lost  int
		mails []string
	}{
		{"sender", func(s *mailServer) { s.onMail = func(string) error { return refuse(550, "go away") } },
			"MAIL FROM", 550, 3, nil},
		{"all recipients", func(s *mailServer) { s.onRcpt = func(string) error { return refuse(450, "try later") } },
			"RCPT TO", 450, 3, nil},
		{"the recipients of one mail", func(s *mailServer) {
			n := 0
			s.onRcpt = func(string) error {
				if n++; n == 1 {
					return refuse(450, "try later")
				}
				return nil
			}
		}, "RCPT TO", 450, 1, []string{"record 2", "record 3"}},
		{"one mail", func(s *mailServer) {
			n := 0
			s.onData = func(int) error {
				if n++; n == 2 {
					return refuse(552, "too large")
				}
				return nil
			}
		}, "end of DATA", 552, 1, []string{"record 1", "record 3"}},
		{"for now", func(s *mailServer) { s.onData = func(int) error { return refuse(451, "greylisted") } },
			"end of DATA", 451, 3, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := startServer(t, serverOptions{})
			c.set(s)
			h := newHandler(t, s.Addr, mail.Options{})
			err := h.HandleBatch(batch(3), logbook.ReasonBuffer)
			var e *mail.Error
			var reply *textproto.Error
			if !errors.As(err, &e) || e.Step != c.step || e.Records != c.lost || e.Server != s.Addr {
				t.Errorf("error %+v", err)
			}
			if !errors.As(err, &reply) || reply.Code != c.code {
				t.Errorf("answer %v, want %d", reply, c.code)
			}
			if want := fmt.Sprintf("(%d record", c.lost); !strings.Contains(err.Error(), want) {
				t.Errorf("%q does not say how many records", err)
			}
			if got := lastLines(t, s); !slices.Equal(got, c.mails) {
				t.Errorf("mails %q, want %q", got, c.mails)
			}
			if s.connected() != 1 {
				t.Errorf("%d connections", s.connected())
			}
			if got, want := h.Stats(), uint64(3-c.lost); got.Handled != want || got.Count("mails") != want || got.Dropped != uint64(c.lost) {
				t.Errorf("stats %+v, want %+v", got, want)
			}
		})
	}
}

// The other recipients get the mail, and the error names the refused one.
func TestOneRecipientRefused(t *testing.T) {
	s := startServer(t, serverOptions{})
	s.onRcpt = func(to string) error {
		if to == "b@example.com" {
			return refuse(550, "no such user b")
		}
		return nil
	}
	h := newHandler(t, s.Addr, mail.Options{To: []string{"a@example.com", "b@example.com", "c@example.com"}})
	err := h.Handle(record(logbook.LevelError, "boom"))
	var e *mail.Error
	if !errors.As(err, &e) || e.Step != "RCPT TO" || e.Records != 0 || !strings.Contains(err.Error(), "no such user b") {
		t.Errorf("error %v", err)
	}
	if got := s.mails(); len(got) != 1 || !slices.Equal(got[0].to, []string{"a@example.com", "c@example.com"}) {
		t.Errorf("mails %v", got)
	}
}

// A connection that breaks after it has carried mails is replaced, and the mail
// is not lost.
func TestConnectionBreaksBetweenMails(t *testing.T) {
	s := startServer(t, serverOptions{})
	n := 0
	s.onMail = func(string) error {
		if n++; n == 2 {
			s.hangUp()
		}
		return nil
	}
	h := newHandler(t, s.Addr, mail.Options{})
	if err := h.HandleBatch(batch(3), logbook.ReasonBuffer); err != nil {
		t.Error(err)
	}
	if got := lastLines(t, s); !slices.Equal(got, []string{"record 1", "record 2", "record 3"}) || s.connected() != 2 {
		t.Errorf("mails %q over %d connections", got, s.connected())
	}
}

// If a server announces that it closes the connection, the mail is sent over a new one.
func TestServerClosesAfterAMail(t *testing.T) {
	s := startServer(t, serverOptions{})
	n := 0
	s.onMail = func(string) error {
		if n++; n == 2 {
			return refuse(421, "too many mails")
		}
		return nil
	}
	h := newHandler(t, s.Addr, mail.Options{})
	if err := h.HandleBatch(batch(3), logbook.ReasonBuffer); err != nil {
		t.Error(err)
	}
	if got := lastLines(t, s); len(got) != 3 || s.connected() != 2 {
		t.Errorf("mails %q over %d connections", got, s.connected())
	}
}

// A mail that the server may have taken is not sent twice.
func TestConnectionBreaksAtTheEndOfAMail(t *testing.T) {
	s := startServer(t, serverOptions{})
	s.onTake = func(n int) {
		if n == 2 {
			s.hangUp()
		}
	}
	h := newHandler(t, s.Addr, mail.Options{})
	err := h.HandleBatch(batch(3), logbook.ReasonBuffer)
	var e *mail.Error
	if !errors.As(err, &e) || e.Step != "end of DATA" || e.Records != 1 {
		t.Errorf("error %v", err)
	}
	if got := lastLines(t, s); !slices.Equal(got, []string{"record 1", "record 2", "record 3"}) {
		t.Errorf("mails %q", got)
	}
}

// A server that refuses a mail and closes the connection has not taken the mail.
func TestServerHangsUpAtTheEndOfAMail(t *testing.T) {
	s := startServer(t, serverOptions{})
	n := 0
	s.onData = func(int) error {
		if n++; n == 2 {
			return refuse(421, "shutting down")
		}
		return nil
	}
	h := newHandler(t, s.Addr, mail.Options{})
	if err := h.HandleBatch(batch(3), logbook.ReasonBuffer); err != nil {
		t.Error(err)
	}
	if got := lastLines(t, s); !slices.Equal(got, []string{"record 1", "record 2", "record 3"}) || s.connected() != 2 {
		t.Errorf("mails %q over %d connections", got, s.connected())
	}
}

// script is a server that answers each command with the next line of a list, and then
// does the action at its end.
func script(answers []string, end func(c net.Conn, r *bufio.Reader)) func(net.Conn, *bufio.Reader) {
	return func(c net.Conn, r *bufio.Reader) {
		for i, answer := range answers {
			if i > 0 {
				line, err := r.ReadString('\n')
				if err != nil {
					return
				}
				if strings.HasPrefix(line, "DATA") {
					defer io.Copy(io.Discard, r)
				}
			}
			if _, err := io.WriteString(c, answer+"\r\n"); err != nil {
				return
			}
		}
		end(c, r)
	}
}

func drop(c net.Conn, r *bufio.Reader) {
	_, _ = r.ReadString('\n')
	c.Close()
}

// hang reads and never answers.
func hang(_ net.Conn, r *bufio.Reader) { _, _ = io.Copy(io.Discard, r) }

// Whatever the server does, the error comes within the timeout, names the step, and never
// contains a credential.
func TestBrokenServers(t *testing.T) {
	const user, password = "the-user", "m4rker-pässword"
	plain := base64.StdEncoding.EncodeToString([]byte("\x00" + user + "\x00" + password))
	alone := base64.StdEncoding.EncodeToString([]byte(password))
	repeat := "535-no " + password + "\r\n535-" + plain + "\r\n535 " + alone

	hello := "250-mail.test\r\n250-AUTH PLAIN LOGIN\r\n250 8BITMIME"
	greet := []string{"220 mail.test", hello}
	login := append(slices.Clone(greet), "235 welcome")
	for _, c := range []struct {
		name   string
		script func(net.Conn, *bufio.Reader)
		step   string
	}{
		{"hangs up at once", func(c net.Conn, _ *bufio.Reader) { c.Close() }, "greeting"},
		{"hangs before it greets", hang, "greeting"},
		{"greets with nonsense", script([]string{"HTTP/1.1 400 Bad Request " + password}, hang), "greeting"},
		{"is busy", script([]string{"421 " + password + " too many connections"}, drop), "greeting"},
		{"drops at EHLO", script(greet[:1], drop), "EHLO"},
		{"hangs at EHLO", script(greet[:1], hang), "EHLO"},
		{"refuses EHLO", script([]string{"220 mail.test", "550 " + password, "550 " + password}, drop), "EHLO"},
		{"drops at AUTH", script(greet, drop), "AUTH"},
		{"hangs at AUTH", script(greet, hang), "AUTH"},
		{"repeats the password", script(append(slices.Clone(greet), repeat), drop), "AUTH"},
		{"repeats it without a code", script(append(slices.Clone(greet), password), drop), "AUTH"},
		{"asks on", script(append(slices.Clone(greet), "334 "+alone), drop), "AUTH"},
		{"drops at MAIL", script(login, drop), "MAIL FROM"},
		{"hangs at MAIL", script(login, hang), "MAIL FROM"},
		{"drops at RCPT", script(append(slices.Clone(login), "250 ok"), drop), "RCPT TO"},
		{"hangs at RCPT", script(append(slices.Clone(login), "250 ok"), hang), "RCPT TO"},
		{"hangs up at RCPT", script(append(slices.Clone(login), "250 ok", "421 "+plain), drop), "RCPT TO"},
		{"refuses DATA", script(append(slices.Clone(login), "250 ok", "250 ok", "554 "+password), hang), "DATA"},
		{"drops at DATA", script(append(slices.Clone(login), "250 ok", "250 ok"), drop), "DATA"},
		{"hangs after DATA", script(append(slices.Clone(login), "250 ok", "250 ok", "354 go"), hang), "end of DATA"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			address := scriptedServer(t, c.script)
			o := mail.Options{Username: user, Password: password, AllowPlaintextAuth: true, Timeout: 2 * time.Minute}
			hangs := strings.HasPrefix(c.name, "hangs ") && !strings.HasPrefix(c.name, "hangs up")
			try := func() (e *mail.Error, err error) {
				err = newHandler(t, address, o).HandleBatch(batch(2), logbook.ReasonEscalation)
				if !errors.As(err, &e) {
					t.Fatalf("error %v", err)
				}
				return e, err
			}
			if hangs {
				o.Timeout = 100 * time.Millisecond
			}
			e, err := try()
			for hangs && e.Step != c.step && o.Timeout < 2*time.Minute {
				o.Timeout *= 2 // a busy machine needs more for the steps before
				e, err = try()
			}
			if e.Step != c.step || e.Server != address || e.Records != 2 {
				t.Errorf("error %v", err)
			}
			if hangs && !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("%v is not a timeout", err)
			}
			noSecret(t, err, user, password)
		})
	}
}

// noSecret checks an error and all errors that it wraps.
func noSecret(t *testing.T, err error, user, password string) {
	t.Helper()
	secrets := []string{
		password, base64.StdEncoding.EncodeToString([]byte(password)),
		base64.StdEncoding.EncodeToString([]byte("\x00" + user + "\x00" + password)),
	}
	for e := err; e != nil; e = errors.Unwrap(e) {
		for _, secret := range secrets {
			for _, text := range []string{e.Error(), fmt.Sprintf("%+v", e), fmt.Sprintf("%#v", e)} {
				if strings.Contains(text, secret) {
					t.Errorf("a credential in %q", text)
				}
			}
		}
	}
	if text := err.Error(); strings.ContainsAny(text, "\r\n") {
		t.Errorf("the error has several lines: %q", text)
	}
}

func TestSecretsDoNotShow(t *testing.T) {
	const user, password = "the-user", "m4rker-password"
	ca := newAuthority()
	s := startServer(t, serverOptions{tls: ca.server("127.0.0.1")})
	s.username, s.password = user, "another"
	for name, mechanisms := range map[string][]string{"PLAIN": {"PLAIN"}, "LOGIN": {"LOGIN"}} {
		s.mechanisms = mechanisms
		h := newHandler(t, s.Addr, mail.Options{TLS: mail.StartTLS, TLSConfig: ca.client(), Username: user, Password: password})
		err := h.Handle(record(logbook.LevelError, "boom"))
		var reply *textproto.Error
		if !errors.As(err, &reply) || reply.Code != 535 {
			t.Fatalf("%s: %v", name, err)
		}
		noSecret(t, err, user, password)
		for _, format := range []string{"%v", "%+v", "%#v"} {
			if text := fmt.Sprintf(format, h); strings.Contains(text, password) {
				t.Errorf("%s of the handler shows the password", format)
			}
		}
	}
	_, err := mail.New(&mail.Options{From: "a@b", To: []string{"c@d"}, Username: user, Password: password})
	if !errors.Is(err, mail.ErrPlaintextAuth) {
		t.Errorf("credentials over plain text: %v", err)
	}
	noSecret(t, err, user, password)
	_, err = mail.New(&mail.Options{From: "a@b", To: []string{"c@d"}, Server: "smtp://" + user + ":" + password + "@mail.test"})
	if err == nil {
		t.Fatal("a URI passed for a server")
	}
	noSecret(t, err, user, password)
}

// deadlines records how far off the deadlines of a connection are, which has none.
type deadlines struct {
	net.Conn
	set *[]time.Duration
}

func (c deadlines) SetDeadline(t time.Time) error {
	*c.set = append(*c.set, time.Until(t))
	return nil
}

// Connecting and each mail have a Timeout of their own, 5 s by default. The clock is
// fake, and stands still.
func TestTimeouts(t *testing.T) {
	s := startServer(t, serverOptions{})
	for timeout, want := range map[time.Duration]time.Duration{0: 5 * time.Second, 9 * time.Second: 9 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			h, err := mail.New(&mail.Options{Server: s.Addr, From: "a@example.com", To: []string{"b@example.com"}, Timeout: timeout})
			if err != nil {
				t.Fatal(err)
			}
			var set []time.Duration
			h.DialBy(func() net.Conn {
				c, err := net.Dial("tcp", s.Addr)
				if err != nil {
					t.Fatal(err)
				}
				return deadlines{c, &set}
			})
			if err := h.HandleBatch(batch(2), logbook.ReasonBuffer); err != nil {
				t.Fatal(err)
			}
			// connecting; two mails, each with its chunk; QUIT
			if all := []time.Duration{want, want, want, want, want, time.Second}; !slices.Equal(set, all) {
				t.Errorf("deadlines %v, want %v", set, all)
			}
		})
	}
}

func TestNoServer(t *testing.T) {
	// Nobody listens on the port of a client, and nobody else gets it.
	client, err := net.Dial("tcp", startServer(t, serverOptions{}).Addr)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	address := client.LocalAddr().String()
	h := newHandler(t, address, mail.Options{})
	err = h.HandleBatch(batch(3), logbook.ReasonBuffer)
	var e *mail.Error
	if !errors.As(err, &e) || e.Step != "connect" || e.Records != 3 || e.Server != address {
		t.Errorf("%v", err)
	}
}

// A broken server is tried once for a batch, not once for each record.
func TestHangingServerIsTriedOnce(t *testing.T) {
	address := scriptedServer(t, script([]string{"220 mail.test", "250 mail.test"}, hang))
	h := newHandler(t, address, mail.Options{Timeout: 50 * time.Millisecond})
	n := 0
	h.DialTo(address, func(string) { n++ })
	var e *mail.Error
	if err := h.HandleBatch(batch(5), logbook.ReasonBuffer); !errors.As(err, &e) || e.Records != 5 {
		t.Errorf("%v", err)
	}
	if n != 1 {
		t.Errorf("%d connections", n)
	}
}

// A server that hangs at QUIT does no harm: the mail is delivered.
func TestServerHangsAtQuit(t *testing.T) {
	t.Parallel()
	address := scriptedServer(t, func(c net.Conn, r *bufio.Reader) {
		answers := []string{"220 mail.test", "250 mail.test", "250 ok", "250 ok", "354 go"}
		for i, answer := range answers {
			if i > 0 {
				_, _ = r.ReadString('\n')
			}
			fmt.Fprint(c, answer+"\r\n")
		}
		for line := ""; line != ".\r\n"; {
			var err error
			if line, err = r.ReadString('\n'); err != nil {
				return
			}
		}
		fmt.Fprint(c, "250 taken\r\n")
		hang(c, r)
	})
	h := newHandler(t, address, mail.Options{Timeout: 2 * time.Minute}) // QUIT has a second
	if err := h.Handle(record(logbook.LevelError, "boom")); err != nil {
		t.Error(err)
	}
	if got := h.Stats(); got.Count("mails") != 1 {
		t.Errorf("stats %+v", got)
	}
}

// failing is a formatter that cannot format one message.
type failing struct{}

func (failing) AppendFormat(b []byte, r *logbook.Record) ([]byte, error) {
	if r.Message() == "record 1" {
		return b, errors.New("cannot be formatted")
	}
	return append(b, r.Message()...), nil
}

// A record that cannot be formatted does not prevent the mails of others.
func TestFormatFails(t *testing.T) {
	s := startServer(t, serverOptions{})
	h := newHandler(t, s.Addr, mail.Options{Formatter: failing{}, RelatedFormatter: failing{}})
	err := h.HandleBatch(batch(3), logbook.ReasonBuffer)
	var e *mail.Error
	if !errors.As(err, &e) || e.Step != "compose" || e.Records != 1 {
		t.Errorf("%v", err)
	}
	if got := lastLines(t, s); !slices.Equal(got, []string{"record 2", "record 3"}) {
		t.Errorf("mails %q", got)
	}
	// Among the other records of a mail, its place shows the error, which is also
	// returned.
	if err := h.HandleBatch(batch(3), logbook.ReasonEscalation); !errors.As(err, &e) || e.Step != "compose" || e.Records != 0 {
		t.Errorf("%v", err)
	}
	want := "record 3\n\n\nLog records that led up to this one:\n\n!ERROR: cannot be formatted\n\nrecord 2"
	if m := parse(t, s.mails()[2].data); m.text != want || m.subject != mail.DefaultSubject {
		t.Errorf("text %q, subject %q", m.text, m.subject)
	}
}

// A record whose formatting panics does not prevent the mails of others.
func TestFormatPanics(t *testing.T) {
	s := startServer(t, serverOptions{})
	h := newHandler(t, s.Addr, mail.Options{Formatter: logbook.FormatterFunc(func(r *logbook.Record) string {
		if r.Message() == "record 2" {
			panic(errors.ErrUnsupported)
		}
		return r.Message()
	})})
	err := h.HandleBatch(batch(3), logbook.ReasonBuffer)
	var e *mail.Error
	if !errors.As(err, &e) || e.Step != "compose" || e.Records != 1 || !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("%v", err)
	}
	if got := lastLines(t, s); !slices.Equal(got, []string{"record 1", "record 3"}) {
		t.Errorf("mails %q", got)
	}
	if got := h.Stats().String(); got != "handled 2, dropped 1, mails 2" {
		t.Errorf("stats %+v", got)
	}
}

// A server that accepts connections and does not answer delays one record for the
// Timeout, and no later ones until the pause is over. Pauses become longer, up to a
// minute, and the next mail says how many records were lost. The clock is fake.
func TestPauses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHandler(t, "mail.test", mail.Options{Timeout: 5 * time.Second})
		silent, dials := true, 0
		var sent strings.Builder
		h.DialBy(func() net.Conn {
			dials++
			ours, theirs := net.Pipe()
			if silent {
				return ours
			}
			go func() {
				r := bufio.NewReader(theirs)
				fmt.Fprint(theirs, "220 mail.test\r\n")
				for _, answer := range []string{"250 mail.test", "250 ok", "250 ok", "354 go"} {
					_, _ = r.ReadString('\n')
					fmt.Fprint(theirs, answer+"\r\n")
				}
				for line := ""; line != ".\r\n"; sent.WriteString(line) {
					line, _ = r.ReadString('\n')
				}
				fmt.Fprint(theirs, "250 taken\r\n")
				_, _ = r.ReadString('\n')
				fmt.Fprint(theirs, "221 bye\r\n")
			}()
			return ours
		})
		// handle returns how long records took, and their error. A single record is lost;
		// those of a batch are left to the caller.
		handle := func(records int) (took time.Duration, e *mail.Error) {
			t.Helper()
			began := time.Now()
			err := error(nil)
			if records == 1 {
				err = h.Handle(record(logbook.LevelError, "record 1"))
			} else {
				err = h.HandleBatch(batch(records), logbook.ReasonGroup)
				var unsent *logbook.UnsentError
				if !errors.As(err, &unsent) || unsent.Records != records {
					t.Errorf("the error is %v, want that of unsent records", err)
				}
			}
			if err != nil && !errors.As(err, &e) {
				t.Fatal(err)
			}
			return time.Since(began), e
		}
		for _, nominal := range []time.Duration{1, 2, 4, 8, 16, 32, 60, 60} {
			took, e := handle(1)
			pause := time.Until(e.Retry)
			if took != 5*time.Second || pause < nominal*time.Second/2 || pause > nominal*time.Second*3/2 {
				t.Errorf("%v after %v, the pause is %v", e, took, pause)
			}
			time.Sleep(pause - 1)
			took, again := handle(2)
			if took != 0 || !again.Retry.Equal(e.Retry) || again.Records != 2 || again.Step != e.Step || !errors.Is(again, os.ErrDeadlineExceeded) {
				t.Errorf("during the pause: %v after %v", again, took)
			}
			time.Sleep(time.Nanosecond)
		}
		silent = false
		if took, e := handle(1); e != nil || took != 0 || dials != 9 {
			t.Errorf("%v after %v, %d dials", e, took, dials)
		}
		if want := "8 record(s) before this were not mailed"; strings.Count(sent.String(), want) != 1 {
			t.Errorf("no %q in %s", want, sent.String())
		}
		silent = true
		if _, e := handle(1); time.Until(e.Retry) > 1500*time.Millisecond {
			t.Errorf("after a success: %v", e)
		}
		if got, want := h.Stats().String(), "handled 1, dropped 9, mails 1"; got != want {
			t.Errorf("stats %+v, want %+v", got, want)
		}
		if text := fmt.Sprint(h.Handle(record(logbook.LevelError, "boom"))); !strings.Contains(text, "(nothing is mailed before ") {
			t.Errorf("the error does not say how long: %s", text)
		}
	})
}

// Neither a refused mail nor a delivery that Close ends begins a pause.
func TestNoPause(t *testing.T) {
	s := startServer(t, serverOptions{})
	s.onMail = func(string) error { return refuse(550, "go away") }
	h := newHandler(t, s.Addr, mail.Options{})
	for range 2 {
		var e *mail.Error
		var reply *textproto.Error
		if err := h.Handle(record(logbook.LevelError, "boom")); !errors.As(err, &e) || !errors.As(err, &reply) || !e.Retry.IsZero() {
			t.Errorf("%v", err)
		}
	}
	if s.connected() != 2 {
		t.Errorf("%d connections", s.connected())
	}
}

// A server may leave out the text of its replies, even in the last of several lines.
func TestBareReplies(t *testing.T) {
	for _, secured := range []bool{false, true} {
		ca := newAuthority()
		taken := make(chan string, 1)
		address := scriptedServer(t, func(c net.Conn, r *bufio.Reader) {
			reply := func(texts ...string) {
				for _, text := range texts {
					_, _ = r.ReadString('\n')
					fmt.Fprint(c, text+"\r\n")
				}
			}
			fmt.Fprint(c, "220\r\n")
			if secured {
				reply("250-mail.test\r\n250-STARTTLS\r\n250", "220")
				c = tls.Server(c, ca.server("127.0.0.1"))
				r = bufio.NewReader(c)
			}
			reply("250-mail.test\r\n250-\r\n250", "250", "250", "354")
			var data strings.Builder
			for line := ""; line != ".\r\n"; data.WriteString(line) {
				var err error
				if line, err = r.ReadString('\n'); err != nil {
					return
				}
			}
			fmt.Fprint(c, "250\r\n")
			taken <- data.String()
			reply("221")
		})
		o := mail.Options{}
		if secured {
			o.TLS, o.TLSConfig = mail.StartTLS, ca.client()
		}
		if err := newHandler(t, address, o).Handle(record(logbook.LevelError, "250")); err != nil {
			t.Fatalf("TLS %t: %v", secured, err)
		}
		if data := <-taken; !strings.Contains(data, "250") {
			t.Errorf("TLS %t: mailed %q", secured, data)
		}
	}
}

// Plain text after the reply to STARTTLS is not taken for a reply over TLS.
func TestEarlyReply(t *testing.T) {
	ca := newAuthority()
	address := scriptedServer(t, func(c net.Conn, r *bufio.Reader) {
		fmt.Fprint(c, "220 mail.test\r\n")
		_, _ = r.ReadString('\n')
		fmt.Fprint(c, "250-mail.test\r\n250 STARTTLS\r\n")
		_, _ = r.ReadString('\n')
		fmt.Fprint(c, "220 go\r\n250-evil.test\r\n250 AUTH PLAIN\r\n")
		hang(c, r)
	})
	h := newHandler(t, address, mail.Options{TLS: mail.StartTLS, TLSConfig: ca.client()})
	var e *mail.Error
	if err := h.Handle(record(logbook.LevelError, "boom")); !errors.As(err, &e) || e.Step != "STARTTLS" || !strings.Contains(err.Error(), "plain text") {
		t.Errorf("%v", err)
	}
}
