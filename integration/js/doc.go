// Package js sends from OpenTelemetry's SDK for JavaScript to the receiver of queues/otlp.
// Its tests need node and npm, which installs the SDK.
package js
