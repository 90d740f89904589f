// Package sender sends records as messages over a netlink.Link, and counts them. It is what
// the handlers that send to a peer have in common.
package sender
