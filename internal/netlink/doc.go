// Package netlink connects sinks to a peer over the network: addresses, TLS, streams that
// notice when the peer hangs up, and links, which connect, reconnect, pause after
// failures and close within a context.
package netlink
