package handlers_test

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/logbook-go/logbook/handlers"
)

// An escalation to a file is one write(2): over a packet socket, one packet.
func TestFileBatchIsOneWrite(t *testing.T) {
	pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_SEQPACKET, 0)
	if err != nil {
		t.Fatal(err)
	}
	in := os.NewFile(uintptr(pair[1]), "in")
	defer in.Close()
	defer syscall.Close(pair[0])
	file := newFile(t, fmt.Sprintf("/dev/fd/%d", pair[0]), handlers.FileOptions{Formatter: messageOnly})
	fc := handlers.NewFingersCrossed(file, &handlers.FingersCrossedOptions{MaxRecords: 1000})
	bound(t, func() {
		for i := range 500 {
			log.Debug("record {i}", "i", i)
		}
		log.Error("failed")
	}, fc)
	packet := make([]byte, 1<<20)
	n, err := in.Read(packet)
	text := string(packet[:n])
	if lines := strings.Count(text, "\n"); err != nil || lines != 501 || !strings.HasSuffix(text, "record 499\nfailed\n") {
		t.Errorf("the first write has %d lines, %v", lines, err)
	}
}
