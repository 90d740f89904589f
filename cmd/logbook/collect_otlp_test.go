//go:build unix

package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// freePort returns an address on which nobody listens.
func freePort(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// A program of an OpenTelemetry SDK sends to the collector.
func TestCollectOTLP(t *testing.T) {
	address := freePort(t)
	c := collect(t, map[string]string{"tokens": "old\nhunter2\n"},
		"--from", "otlp://"+address+"?token_file=tokens", "--to", "file:a.log?format={record.level_name} {record.channel}: {record.message}")
	post := func(token, body string) (status int, answer string) {
		t.Helper()
		r, err := http.NewRequest("POST", "http://"+address+"/v1/logs", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", "Bearer "+token)
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(b)
	}
	log := func(message string) string {
		return fmt.Sprintf(`{"resourceLogs":[{"scopeLogs":[{"scope":{"name":"cart"},"logRecords":[{"severityNumber":13,"body":{"stringValue":%q}}]}]}]}`, message)
	}
	if status, answer := post("hunter", log("hostile")); status != 401 || strings.Contains(answer, "hunter") {
		t.Errorf("status %d, %q", status, answer)
	}
	for i, token := range []string{"hunter2", "old", "old"} {
		if status, answer := post(token, log(fmt.Sprint(min(i, 1)))); status != 200 || answer != "{}" {
			t.Errorf("status %d, %q", status, answer)
		}
	}
	http.DefaultClient.CloseIdleConnections()
	if code, last := c.stop(t); code != 0 || last != "logbook: 3 records collected, none lost, 1 input refused" {
		t.Errorf("exit code %d, %s", code, c.read(t, "stderr"))
	}
	want := []string{"WARNING cart: 0", "WARNING cart: 1", "WARNING logbook: refused an input of tcp://" + address + ": a token is missing or invalid"}
	got := strings.Split(strings.TrimSpace(c.read(t, "a.log")), "\n")
	slices.Sort(got) // a report may come at any time
	if !slices.Equal(got, want) {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
}
