package netlink_test

import (
	"testing"

	"github.com/logbook-go/logbook/internal/netlink"
)

func TestOnlyPublic(t *testing.T) {
	for address, want := range map[string]bool{
		"93.184.216.34:443": true, "8.8.8.8:80": true, "[2606:2800:220:1:248:1893:25c8:1946]:443": true,
		"127.0.0.1:80": false, "127.8.8.8:80": false, "10.1.2.3:80": false, "172.16.0.1:80": false, "192.168.1.1:80": false,
		"169.254.169.254:80": false, "100.64.0.1:80": false, "0.0.0.0:80": false, "0.1.2.3:80": false, "224.0.0.1:80": false, "255.255.255.255:80": false,
		"192.0.2.1:80": false, "198.18.0.1:80": false, "[::1]:80": false, "[::]:80": false, "[fe80::1%eth0]:80": false, "[fd00::1]:80": false,
		"[ff02::1]:80": false, "[::ffff:127.0.0.1]:80": false, "[::ffff:8.8.8.8]:80": true, "[64:ff9b::7f00:1]:80": false, "[2002:7f00:1::]:80": false,
		"[2001:db8::1]:80": false, "localhost:80": false, "": false,
	} {
		if err := netlink.OnlyPublic("tcp", address, nil); (err == nil) != want {
			t.Errorf("%s: %v", address, err)
		}
	}
}
