// Package socket exchanges records with other programs over sockets, in their formats.
package socket
