package all_test

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/config"
	_ "github.com/logbook-go/logbook/config/all"
	"github.com/logbook-go/logbook/logbook"
)

func TestSchemes(t *testing.T) {
	known := config.Schemes()
	for _, scheme := range []string{
		"mail", "smtp", "smtps", "syslog", "journal", "eventlog", "desktop", "slack", "pushover", "ntfy", "webhook", "exec", "file", "alarm", "python-socket", "redis", "rediss", "nats", "nats+tls", "zmq-pub", "zmq-push",
	} {
		if !slices.Contains(known, scheme) {
			t.Errorf("%s is not known", scheme)
		}
	}
}

// Each error names the option and hides the secrets.
func TestErrors(t *testing.T) {
	tests := []struct{ uri, option, want string }{
		{"mail:a@example.org", "from", "missing"},
		{"mail:?from=a@example.org", "", "To"},
		{"mail:nobody?from=a@example.org", "", "To"},
		{"mail:nobody?from=a@example.org&fallback=null:", "", "To"}, // no fallback for an invalid address
		{"mail://host/a@example.org?from=b@example.org", "", "mail:TO?from=FROM"},
		{"smtp://host?from=a@example.org", "to", "missing"},
		{"smtp:?from=a@example.org&to=b@example.org", "", "missing host"},
		{"smtps://me:hunter2@?from=a@example.org&to=b@example.org", "", "missing host"},
		{"smtp://me:hunter2@host?from=a@example.org", "to", "missing"},
		{"smtp://host?from=a@example.org&to=b@example.org&tls=maybe", "tls", `invalid value "maybe": want starttls or none`},
		{"smtp://me:hunter2@host?from=a@example.org&to=b@example.org&tls=none", "tls", "TLS"},
		{"smtps://host?from=a@example.org&to=b@example.org&timeout=never", "timeout", `invalid duration "never"`},
		{"smtps://host?from=a@example.org&to=b@example.org&record_limit=0", "record_limit", "want a positive integer"},
		{"syslog:?facility=loud", "facility", "unknown facility"},
		{"syslog://127.0.0.1?transport=x", "transport", `invalid value "x": want udp, tcp or tls`},
		{"syslog:?rfc=1", "rfc", "want 3164 or 5424"},
		{"syslog://127.0.0.1/x", "", "want"},
		{"syslog:?transport=tcp", "transport", "has no effect here"},
		{"journal://host", "", "always local"},
		{"alarm:", "", "alarm://HOST:PORT"},
		{"alarm://me:hunter2@host", "", "alarm://HOST:PORT"},
		{"alarm://host/x", "", "alarm:SOCKET"},
		{"alarm://host:0", "", "address"},
		{"alarm:/run/x?transport=tls", "transport", "has no effect here"},
		{"alarm://host?max_size=1", "max_size", "want 512 or more"},
		{"alarm://host?ca=none", "ca", "no such file"},
		{"python-socket:", "", "python-socket://HOST:PORT"},
		{"python-socket://host?transport=udp", "transport", "want tcp or tls"},
		{"python-socket://host?format=json", "format", "unknown"},
		{"redis:", "", "redis://HOST:PORT"},
		{"rediss:/run/redis.sock", "", "redis:SOCKET"},
		{"redis://:hunter2@host/one", "", "invalid database"},
		{"redis://:hunter2@host?ca=x", "ca", "unknown"},
		{"redis://host?key=x", "key", "unknown"},
		{"redis://host?overflow=wait", "overflow", "want block"},
		{"rediss://host?ca=none", "ca", "no such file"},
		{"zmq-pub:", "", "zmq-pub://HOST:PORT"},
		{"zmq-push://me:hunter2@host:1", "", "zmq-push://HOST:PORT"},
		{"zmq-push://host:1/x", "", "zmq-push:SOCKET"},
		{"zmq-push://host:1", "", "Insecure"},
		{"zmq-push://host", "", "port"},
		{"zmq-push://127.0.0.1:1?connect=1", "connect", "unknown"},
		{"zmq-pub://127.0.0.1:1?overflow=wait", "overflow", "want block"},
		{"zmq-pub://127.0.0.1:1?curve_server=x", "curve_server", "not allowed without"},
		{"zmq-pub://127.0.0.1:1?curve=none", "curve", "no such file"},
		{"desktop:", "", "desktop:APP"},
		{"eventlog:", "", "eventlog:SOURCE"},
		{"slack:", "", "missing address"},
		{"slack:https://hooks.slack.com/services/hunter2?emojy=true", "emojy", `did you mean "emoji"?`},
		{"slack:http://example.org/hunter2", "", "want https, since"},
		{"smtp://me:hunter2@host?from=a@example.org&to=b@example.org&x=y", "x", "(known to smtp: bubble, ca, cert, format, from, insecure_skip_verify, json, key, level,"},
		{"pushover:?token=hunter2", "user_key", "missing"},
		{"pushover:?user_key=hunter2", "token", "missing"},
		{"ntfy:", "", "missing address"},
		{"ntfy:ftp://example.org/hunter2", "", ""},
		{"webhook:", "", "missing address"},
		{"webhook:https://example.org/hunter2?title=x", "title", "unknown"},
		{"ntfy:https://example.org/hunter2?title={record.x}", "title", "unknown field"},
	}
	for _, tt := range tests {
		t.Run(tt.uri, func(t *testing.T) {
			h, err := config.Open(tt.uri)
			var e *config.URIError
			if !errors.As(err, &e) {
				t.Fatalf("got %v, %v", h, err)
			}
			if e.Option != tt.option || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("option %q: %v", e.Option, err)
			}
		})
	}
}

// handle opens a sink and logs a record to it.
func handle(t *testing.T, uri string) {
	t.Helper()
	h, err := config.Open(uri)
	if err != nil {
		t.Fatal(err)
	}
	err = h.Handle(logbook.NewRecord(logbook.RecordData{Level: logbook.LevelError, Channel: "app", Message: "disk full"}))
	if err := errors.Join(err, logbook.Close(context.Background(), h)); err != nil {
		t.Error(err)
	}
}

// escaped escapes an address for use in a URI.
func escaped(s string) string {
	return strings.NewReplacer("%", "%25", "?", "%3F", "&", "%26").Replace(s)
}

func TestPush(t *testing.T) {
	bodies := make(chan string, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			t.Error(err)
		}
		bodies <- req.URL.String() + " " + string(body)
		fmt.Fprint(w, "ok")
	}))
	defer server.Close()
	for _, scheme := range []string{"slack", "ntfy", "webhook"} {
		handle(t, scheme+":"+escaped(server.URL+"/topic"))
		if got := <-bodies; !strings.HasPrefix(got, "/") || !strings.Contains(got, "disk full") {
			t.Errorf("%s: %s", scheme, got)
		}
	}
	h, err := config.Open("pushover:?level=error&token=" + strings.Repeat("a", 30) + "&user_key=" + strings.Repeat("u", 30))
	if err != nil {
		t.Fatal(err)
	}
	if level := logbook.LevelOf(h.Binding().Level); level != logbook.LevelError {
		t.Errorf("level %v", level)
	}

	dir := t.TempDir()
	secret := filepath.Join(dir, "api")
	if err := os.WriteFile(secret, []byte(server.URL+"/services/T1/B1/x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := config.Parse([]byte("[SlackLogger]\nactive = 1\napi_file = "+secret+"\nchannel = #lab\nuser = lab\n[ConsoleLogger]\nactive = 0\n"), &config.Options{Strict: true})
	if err != nil {
		t.Fatal(err)
	}
	logbook.InGoroutine(func() {
		log := logbook.New("lab")
		log.Info("nobody is told")
		log.Success("measured")
	}, c.Setup())
	if got := <-bodies; !strings.HasPrefix(got, "/services/T1/B1/x ") || !strings.Contains(got, "measured") || !strings.Contains(got, "#lab") {
		t.Error(got)
	}
}

func TestSyslog(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Log("unix sockets are tried elsewhere")
	} else {
		path := filepath.Join(t.TempDir(), "log")
		socket, err := net.ListenPacket("unixgram", path)
		if err != nil {
			t.Fatal(err)
		}
		defer socket.Close()
		handle(t, "syslog:"+path+"?app=shop&facility=local1")
		if got := packet(t, socket); got != "<139>shop:app: disk full\x00" {
			t.Errorf("got %q", got)
		}
		if runtime.GOOS == "linux" {
			handle(t, "journal:"+path+"?identifier=shop")
			if got := packet(t, socket); !strings.Contains(got, "SYSLOG_IDENTIFIER=shop\n") || !strings.Contains(got, "MESSAGE=disk full\n") {
				t.Errorf("got %q", got)
			}
		}
	}
	udp, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer udp.Close()
	handle(t, "syslog://"+udp.LocalAddr().String()+"?hostname=lab")
	if got := packet(t, udp); !strings.HasPrefix(got, "<11>1 ") || !strings.Contains(got, " lab app ") {
		t.Errorf("got %q", got)
	}
}

func packet(t *testing.T, conn net.PacketConn) string {
	t.Helper()
	b := make([]byte, 8192)
	n, _, err := conn.ReadFrom(b)
	if err != nil {
		t.Fatal(err)
	}
	return string(b[:n])
}

// received returns an address, and all that is read from each connection to it.
func received(t *testing.T) (address string, all <-chan string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	got := make(chan string, 4)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			b, _ := io.ReadAll(conn)
			conn.Close()
			got <- string(b)
		}
	}()
	return l.Addr().String(), got
}

// The handlers of package socket get their options.
func TestSocket(t *testing.T) {
	address, all := received(t)
	handle(t, "alarm://"+address+"?command=alarm&app=shop")
	if got := <-all; !strings.HasPrefix(got, "alarm --date {") || !strings.Contains(got, " --app {shop} ") || !strings.HasSuffix(got, " --message {disk full}\n") {
		t.Errorf("got %q", got)
	}
	handle(t, "python-socket://"+address)
	if got := <-all; !strings.Contains(got, "disk full") || int(binary.BigEndian.Uint32([]byte(got))) != len(got)-4 {
		t.Errorf("got %q", got)
	}
	_, port, _ := net.SplitHostPort(address)
	for text, want := range map[string]string{"port = " + port: "WARNING", "port = " + port + "\nlog_level = error": "ERROR"} {
		c, err := config.Parse([]byte("[ConsoleLogger]\nactive = 0\n[AlarmLogger]\nactive = 1\n"+text+"\n"), &config.Options{Strict: true})
		if err != nil {
			t.Fatal(err)
		}
		logbook.InGoroutine(func() {
			log := logbook.New("lab")
			log.Info("not sent")
			log.Warn("warning")
			log.Error("error")
		}, c.Setup())
		if got := <-all; !strings.HasPrefix(got, "lab --date {") || !strings.Contains(got, " --level {"+want+"} ") {
			t.Errorf("%s: got %q", text, got)
		}
		if want == "WARNING" {
			<-all
		}
	}
}

// mailServer accepts mails without TLS. It returns its address, and each mail with the
// commands before it.
func mailServer(t *testing.T) (address string, mails <-chan string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	got := make(chan string, 4)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			got <- converse(conn)
		}
	}()
	return l.Addr().String(), got
}

func converse(conn net.Conn) string {
	defer conn.Close()
	var all strings.Builder
	fmt.Fprint(conn, "220 test\r\n")
	data := false
	for lines := bufio.NewScanner(conn); lines.Scan(); {
		line := lines.Text()
		fmt.Fprintln(&all, line)
		switch {
		case data && line != ".":
		case line == "DATA":
			data = true
			fmt.Fprint(conn, "354 go on\r\n")
		case line == "QUIT":
			fmt.Fprint(conn, "221 bye\r\n")
			return all.String()
		default:
			data = false
			fmt.Fprint(conn, "250 ok\r\n")
		}
	}
	return all.String()
}

func TestMail(t *testing.T) {
	address, mails := mailServer(t)
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	handle(t, "smtp://"+address+"?from=lab@example.org&to=anna@example.org,otto@example.org&subject=Trouble")
	check := func(mail string) {
		t.Helper()
		for _, want := range []string{
			"MAIL FROM:<lab@example.org>", "RCPT TO:<anna@example.org>", "RCPT TO:<otto@example.org>", "Subject: Trouble", "disk full",
		} {
			if !strings.Contains(mail, want) {
				t.Errorf("no %s in\n%s", want, mail)
			}
		}
	}
	check(<-mails)

	c, err := config.Parse([]byte(`
[ConsoleLogger]
active = 0

[MailHandler]
active     = y
mail_host  = `+host+`
port       = `+port+`
sender     = lab@example.org
subject    = Trouble
recipients = anna@example.org
    otto@example.org
`), &config.Options{Strict: true})
	if err != nil {
		t.Fatal(err)
	}
	logbook.InGoroutine(func() {
		log := logbook.New("lab")
		log.Warn("not mailed")
		log.Error("disk full")
	}, c.Setup())
	check(<-mails)
}

// A comma in a quoted name does not separate addresses.
func TestMailRecipients(t *testing.T) {
	address, mails := mailServer(t)
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	for list, want := range map[string]int{
		`"Doe, Jane" <jane@example.org>, otto@example.org`:         2,
		`"Jane \"J, D\" Doe" <jane@example.org>,,otto@example.org`: 2,
		"jane@example.org\n  otto@example.org":                     2,
		"\n  \"Doe, Jane\" <jane@example.org>\n  otto@example.org": 2,
	} {
		for _, sink := range []string{
			"[sink a]\nscheme = smtp\nhost = " + address + "\nfrom = lab@example.org\nto = " + list,
			"[ConsoleLogger]\nactive = 0\n[MailHandler]\nactive = 1\nmail_host = " + host + "\nport = " + port + "\nsender = lab@example.org\nrecipients = " + list,
		} {
			c, err := config.Parse([]byte(sink+"\n"), &config.Options{Strict: true})
			if err != nil {
				t.Errorf("%s: %v", sink, err)
				continue
			}
			logbook.InGoroutine(func() { logbook.New("lab").Error("disk full") }, c.Setup())
			mail := <-mails
			for _, to := range []string{"RCPT TO:<jane@example.org>", "RCPT TO:<otto@example.org>"} {
				if !strings.Contains(mail, to) || strings.Count(mail, "RCPT TO:") != want {
					t.Errorf("%s: the mail is\n%s", sink, mail)
				}
			}
		}
	}
}

// A mail contains the records before an error, and each call site sends one.
func TestMailOnError(t *testing.T) {
	address, mails := mailServer(t)
	h, err := config.Open("smtp://" + address + "?from=lab@example.org&to=anna@example.org&fingers_crossed=error&fingers_crossed_reset=true&limit=1&limit_per=1h")
	if err != nil {
		t.Fatal(err)
	}
	logbook.InGoroutine(func() {
		log := logbook.New("lab")
		for range 2 {
			log.Debug("the valve opens")
			log.Error("the pressure rises")
		}
	}, logbook.Null{}, h)
	if mail := <-mails; !strings.Contains(mail, "the pressure rises") || !strings.Contains(mail, "the valve opens") {
		t.Errorf("the first mail is\n%s", mail)
	}
	if mail := <-mails; !strings.Contains(mail, "suppressed like: the pressure rises") {
		t.Errorf("the second mail is\n%s", mail)
	}
	if err := logbook.Close(context.Background(), h); err != nil || len(mails) > 0 {
		t.Errorf("%d more mails, %v", len(mails), err)
	}
}

// An invalid section is left out; its errors name the key and hide the content of the
// files.
func TestSectionErrors(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	half, token := write("half", "hunter2\n"), write("token", "xoxb-hunter2\n")
	long := write("long", strings.Repeat("hunter2\n", 200_000))
	const mail = "[MailHandler]\nactive = 1\nsender = a@example.org\nrecipients = b@example.org\n"
	tests := []struct{ text, key, want string }{
		{"[MailHandler]\nactive = 1\nrecipients = a@example.org\n", "sender", "missing"},
		{"[MailHandler]\nactive = 1\nsender = a@example.org\n", "recipients", "missing"},
		{mail + "port = 70000\n", "port", "want a number from 1 to 65535"},
		{mail + "log_level = loud\n", "log_level", "unknown level"},
		{mail + "credentials_file = " + half + "\n", "credentials_file", "a password on the second"},
		{mail + "credentials_file = " + dir + "/none\n", "credentials_file", "no such file"},
		{mail + "credentials_file = " + long + "\n", "credentials_file", "too large"},
		{mail + "credential_file = x\n", "credential_file", `did you mean "credentials_file"?`},
		{"[AlarmLogger]\nactive = 1\nport = 0\n", "port", "want a number from 1 to 65535, or default"},
		{"[AlarmLogger]\nactive = 1\nport = abc\n", "port", "want a number from 1 to 65535, or default"},
		{"[AlarmLogger]\nactive = 1\nhost = lab\n", "host", "unknown key"},
		{"[SlackLogger]\nactive = 1\n", "api_file", "missing"},
		{"[SlackLogger]\nactive = 1\napi_file = " + token + "\n", "api_file", "want the address of an incoming webhook"},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			_, err := config.Parse([]byte(tt.text), &config.Options{Strict: true})
			var e *config.FileError
			if !errors.As(err, &e) || e.Key != tt.key || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "hunter2") {
				t.Fatalf("got %v", err)
			}
			c, err := config.Parse([]byte(tt.text), nil)
			if err != nil || len(c.Warnings()) != 1 || c.Warnings()[0].Error() != e.Error() {
				t.Errorf("lenient: %v, %v", c.Warnings(), err)
			}
		})
	}
	if _, err := config.Parse([]byte(strings.Replace(mail, "active = 1", "active = 0", 1)+"credentials_file = none\n"), &config.Options{Strict: true}); err != nil {
		t.Errorf("a section that is off: %v", err)
	}
}

// The path of a known scheme may contain an at sign.
func TestRedactPath(t *testing.T) {
	for uri, want := range map[string]string{
		"mail:anna@example.com":                                "mail:anna@example.com",
		"webhook:https://host/hunter2?key=/etc/key.pem":        "webhook:xxxxx?key=/etc/key.pem",
		"smtps://h?key=/etc/key.pem&cert=/etc/c.pem":           "smtps://h?key=/etc/key.pem&cert=/etc/c.pem",
		"pushover:?user_key=hunter2":                           "pushover:?user_key=xxxxx",
		"file:a?fallback=ntfy%3Ahttps%3A//host/hunter2":        "file:a?fallback=ntfy%3Axxxxx",
		"file:a?fallback=smtp://me:hunter2@host?from=a@b.test": "file:xxxxx@b.test",
	} {
		if got := config.Redact(uri); got != want {
			t.Errorf("%s became %s, want %s", uri, got, want)
		}
	}
}

// Each sink, section and wrapper reads the options that it declares.
func TestEntries(t *testing.T) {
	if err := config.CheckEntries(); err != nil {
		t.Error(err)
	}
}

// An unknown key is part of the error that it causes.
func TestUnknownKeyBesideItsConsequence(t *testing.T) {
	_, err := config.Parse([]byte("[sink a]\nscheme = smtp\nhost = h\nfrom = a@example.org\nto = b@example.org\nuser = u\npasword = hunter2\n"), nil)
	if err == nil || !strings.Contains(err.Error(), "Password") || !strings.Contains(err.Error(), "pasword") || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("got %v", err)
	}
}
