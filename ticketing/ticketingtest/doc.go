// Package ticketingtest has a conformance suite for implementations of [ticketing.Store].
package ticketingtest
