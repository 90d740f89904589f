// Package zapbridge sends the entries of zap to Logbook's handlers:
//
//	core := zapbridge.NewCore(nil)
//	log := zap.New(core, zap.AddCaller())
//
// From then on all calls of log reach the handlers that are bound to the application and to
// the calling goroutine. To use Logbook's handlers in addition to a core that exists, combine
// both by zapcore.NewTee.
//
// # What becomes of an entry
//
// The time is kept, and the message, which is literal: braces in it have no meaning. The name
// of zap's logger is the channel. DPanic, Panic and Fatal are Critical, levels below Debug are
// Trace. An entry above Error flushes the application's handlers, for at most five seconds,
// since zap may end the program after it.
//
// The caller is kept if the logger has zap.AddCaller. The stack of zap.AddStacktrace is that of
// the entry's error, unless the error has its own; without an error it is the attribute
// "stacktrace".
//
// Fields are attributes of the same type, in their order. Namespaces and objects are groups,
// arrays are of type []any. An error is logged as by [logbook.Err], with the errors that it
// wraps. It takes the place of the fields "errorVerbose" and "errorCauses". Fields that run code,
// such as objects and Stringers, are evaluated once, when the entry is written, and those of
// With when With is called. Nothing that zap reuses is kept.
//
// # Contexts
//
// zap's calls have no context. A field that holds one, such as zap.Reflect("ctx", ctx), is not
// an attribute, whatever its key, but gives the entry its context, and With gives it to all
// entries of a logger. Handlers bound to the context then get them:
//
//	log := log.With(zap.Reflect("ctx", ctx))
//
// If only handlers of the context want an entry's level, the context must come from With, since
// zap asks for the level before it looks at the fields of a call.
package zapbridge
