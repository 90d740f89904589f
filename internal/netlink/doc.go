// Package netlink has what sinks need to reach a peer over the network: addresses, TLS,
// streams that notice when the peer hangs up, and links, which connect, connect again,
// pause after failures and close within a context.
package netlink
