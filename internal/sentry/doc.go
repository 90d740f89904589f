// Package sentry reads what Sentry's SDKs send: envelopes, and the single events that older
// SDKs send.
//
// Of an envelope, the event becomes a record; transactions, sessions, attachments and all
// other items are left out. See https://develop.sentry.dev/sdk/data-model/envelopes/ and
// https://develop.sentry.dev/sdk/data-model/event-payloads/ for the format.
//
// A record has these parts of an event:
//
//	level         level; fatal is critical, and an event without a level is an error
//	logger        channel
//	logentry      message, and its template
//	exception     error with chain and stack: the last exception is the error, and those
//	              before it are its causes; without a logentry, it is the message
//	stack         source: the last frame of the app, or the last frame
//	fingerprint   attribute fingerprint, unless it is the default
//	extra         attributes
//	user, tags, request, breadcrumbs, and contexts but for the next one
//	              attributes with these names
//	contexts.trace, transaction
//	              attributes of processors: trace_id, span_id and transaction
//	project, release, server_name, environment, sdk, platform
//	              the resource: service.name, service.version, host.name,
//	              deployment.environment.name, telemetry.sdk.name and telemetry.sdk.language
//
// Of a request only the method and the URL are kept, since its headers, cookies and body are
// where credentials are.
package sentry
