package all_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/logbook"
)

// A sink trusts ca, and shows cert and key to servers that ask for a certificate.
func TestTLSOptions(t *testing.T) {
	shown := 0
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, req *http.Request) {
		shown += len(req.TLS.PeerCertificates)
	}))
	server.TLS = &tls.Config{ClientAuth: tls.RequestClientCert}
	server.StartTLS()
	defer server.Close()
	dir := t.TempDir()
	write := func(name, kind string, der []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	pair := server.TLS.Certificates[0]
	key, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	cert, keyFile := write("cert.pem", "CERTIFICATE", pair.Certificate[0]), write("key.pem", "PRIVATE KEY", key)
	send := func(options string) error {
		h, err := config.Open("webhook:" + server.URL + "/hook" + options)
		if err != nil {
			return err
		}
		defer h.(logbook.Closer).Close(t.Context())
		return h.Handle(logbook.NewRecord(logbook.RecordData{Message: "m"}))
	}
	for _, tt := range []struct {
		options string
		want    string // of the error; "": none
		shown   int
	}{
		{"", "certificate", 0},
		{"?ca=" + cert, "", 0},
		{"?insecure_skip_verify=true", "", 0},
		{"?insecure_skip_verify=false", "certificate", 0},
		{"?insecure_skip_verify=true&cert=" + cert + "&key=" + keyFile, "", 1},
		{"?insecure=true", `option "insecure": unknown`, 0},
		{"?insecure_skip_verify=yes", "want true or false", 0},
		{"?insecure_skip_verify=true&ca=" + cert, "not allowed with ca", 0},
		{"?cert=" + cert + "&key=" + dir + "/nowhere.pem", dir + "/nowhere.pem", 0}, // the name of the file is not a secret
		{"?ca=" + cert + "&cert=" + cert + "&key=" + keyFile, "", 1},
		{"?ca=" + dir + "/nowhere.pem", `option "ca": open `, 0},
		{"?ca=" + keyFile, `option "ca": `, 0},
		{"?cert=" + cert, `option "cert": want both a certificate and a key`, 0},
		{"?ca=" + cert + "&key=" + keyFile, `option "key": want both a certificate and a key`, 0},
	} {
		shown = 0
		err := send(tt.options)
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) || shown != tt.shown {
			t.Errorf("%s: %v, %d certificates shown", tt.options, err, shown)
		}
	}
	for uri, want := range map[string]string{
		"smtp://host?from=a@example.org&to=b@example.org&ca=" + cert: "plain text",
		"syslog://host?transport=tcp&delay=true&ca=" + cert:          "TLSConfig",
		"mail:b@example.org?from=a@example.org&ca=" + cert:           "unknown",
	} {
		if h, err := config.Open(uri); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, %v, want %s", uri, h, err, want)
		}
	}
}
