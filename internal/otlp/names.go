package otlp

// Names of attributes that are fields of the record.
const (
	keyLevel      = "logbook.level"
	keyTypes      = "logbook.types"
	keyExtra      = "logbook.extra"
	keyChain      = "logbook.error.chain"
	keyTemplate   = "message_template.text"
	keyType       = "exception.type"
	keyMessage    = "exception.message"
	keyStacktrace = "exception.stacktrace"
	keyFile       = "code.file.path"
	keyLine       = "code.line.number"
	keyFunction   = "code.function.name"
	keyThread     = "thread.id"
)

// isField reports whether attributes of the user cannot have the key.
func isField(key string) bool {
	switch key {
	case keyLevel, keyTypes, keyExtra, keyChain, keyTemplate, keyType, keyMessage, keyStacktrace, keyFile, keyLine, keyFunction, keyThread:
		return true
	}
	return false
}

// Names of attributes of the resource.
const (
	keyService     = "service.name"
	keyInstance    = "service.instance.id"
	keyHost        = "host.name"
	keyPID         = "process.pid"
	keySDK         = "telemetry.sdk.name"
	keySDKLanguage = "telemetry.sdk.language"
	keyOffset      = "logbook.utc_offset"

	sdkName     = "logbook"
	sdkLanguage = "go"
)

// Names of attributes of processors in which a received record has what is no field of a
// record.
const (
	extraResource  = "resource"
	extraScope     = "scope"
	extraTraceID   = "trace_id"
	extraSpanID    = "span_id"
	extraFlags     = "trace_flags"
	extraEventName = "event.name"
)

// Members of the elements of keyChain.
const (
	chainDepth   = "depth"
	chainType    = "type"
	chainMessage = "message"
)

// Kinds in keyTypes.
const (
	typeDuration = "duration"
	typeTime     = "time"
	typeUint64   = "uint64"
	typeString   = "string"
)

// maxDepth bounds the nesting of values, in what is written and in what is read.
const maxDepth = 100
