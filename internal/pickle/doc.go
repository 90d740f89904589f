// Package pickle reads and writes the pickles that Python's
// logging.handlers.SocketHandler sends: the dict of a log record.
//
// [Decode] can make nothing but data. It runs nothing and imports nothing: classes and
// functions, and the objects made from them, become an [Object], which is only a name. It
// reads what Python writes with protocols 1 to 5, not the text forms of protocol 0. Its
// result is safe to walk: it is not deep, has no cycles, and is not much larger than the
// pickle, whatever is shared in it.
package pickle
