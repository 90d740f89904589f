// Package tickets tests that an error which a program reports by the official SDK of Sentry, or
// of OpenTelemetry, becomes a ticket.
package tickets
