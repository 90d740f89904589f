// Package notify is the common part of the handlers that notify people: title and text of
// a notification ([Layout]), cutting of texts ([Cut]), notifications for batches
// ([Batch], [Lead]), and pauses after failures ([Gate]).
package notify
