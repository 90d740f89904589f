// Package sdk tests what the official OpenTelemetry SDK for Go sends, and compares what a log
// call into it costs.
package sdk
