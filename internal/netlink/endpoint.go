package netlink

import (
	"context"
	"crypto/tls"
	"net"
	"path/filepath"
	"strings"
)

// Endpoint is the address of a peer with the transport to it.
type Endpoint struct {
	Scheme string // "tcp", "tls", "udp" or "unix"
	Host   string // without a port; "" for a unix socket
	Target string // host:port, or the path of a socket
}

// ParseEndpoint parses "SCHEME://host:port", for the schemes of ports, which has the
// default port of each, and "unix:/path" or "unix:///path". The path of a socket becomes
// absolute, for later connections; a name that begins with @ is not a file. The error is
// [ErrAddress].
func ParseEndpoint(s string, ports map[string]string) (Endpoint, error) {
	if path, ok := strings.CutPrefix(s, "unix:"); ok {
		path = strings.TrimPrefix(path, "//")
		if path == "" || strings.IndexByte(path, 0) >= 0 {
			return Endpoint{}, ErrAddress
		}
		return Endpoint{Scheme: "unix", Target: AbsSocket(path)}, nil
	}
	scheme, authority, ok := strings.Cut(s, "://")
	port, known := ports[scheme]
	if !ok || !known {
		return Endpoint{}, ErrAddress
	}
	a, err := ParseAuthority(authority, port)
	if err != nil {
		return Endpoint{}, err
	}
	return Endpoint{Scheme: scheme, Host: a.Host, Target: a.String()}, nil
}

// AbsSocket makes the path of a socket absolute.
func AbsSocket(path string) string {
	if abs, err := filepath.Abs(path); err == nil && path[0] != '@' {
		return abs
	}
	return path
}

// String returns the address in the form of [ParseEndpoint].
func (e Endpoint) String() string {
	if e.Scheme == "unix" {
		return "unix:" + e.Target
	}
	return e.Scheme + "://" + e.Target
}

// network returns the name of the transport of a stream in package net.
func (e Endpoint) network() string {
	if e.Scheme == "unix" {
		return "unix"
	}
	return "tcp"
}

// config returns the TLS configuration for a scheme with TLS, else nil.
func (e Endpoint) config(config *tls.Config) *tls.Config {
	if e.Scheme != "tls" {
		return nil
	}
	return ClientTLS(config, e.Host)
}

// DialStream connects to a peer that only reads. config is as for [ClientTLS].
func (e Endpoint) DialStream(ctx context.Context, config *tls.Config) (*Stream, error) {
	return DialStream(ctx, e.network(), e.Target, e.config(config))
}

// Dial connects to a peer that also answers. config is as for [ClientTLS].
func (e Endpoint) Dial(ctx context.Context, config *tls.Config) (net.Conn, error) {
	raw, err := Dial(ctx, e.network(), e.Target)
	if err != nil {
		return nil, err
	}
	conn, err := secure(ctx, raw, e.config(config))
	if err != nil {
		_ = raw.Close() // return the first error
		return nil, err
	}
	return conn, nil
}
