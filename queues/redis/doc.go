// Package redis passes records over lists of a Redis server. Its handler takes the place of
// Python Logbook's RedisHandler: other programs take the records from the list, such as
// Logstash, or a worker that calls BLPOP:
//
//	h, err := redis.NewHandler("redis://localhost:6379", nil)
//	...
//	defer logbook.Use(h)(ctx)
//
// Its subscriber reads what this handler or Python's has pushed, JSON of other programs, and
// the messages of kombu in which Python Logbook's MessageQueueHandler sends records:
//
//	s, err := redis.NewSubscriber("redis://localhost:6379", nil)
//	...
//	err = queues.DispatchForever(ctx, s)
//
// # Messages
//
// Each record is an element of the list, a JSON object in ASCII:
//
//	{"message": "12 rows", "host": "lab1", "level": "INFO", "time": "2026-02-28T13:37:42.123456Z", "rows": 12}
//
// It has the fields of Python's RedisHandler: the message, the name of this machine, the
// name of the level and the time, then ExtraFields, then the attributes. An attribute
// replaces a field with its name, such as host, as in Python. These are different, since
// Python's handler loses information there:
//
//   - message is rendered; in Python it is the template.
//   - time is in UTC and says so; in Python it has no zone.
//   - Attributes of loggers and processors are sent, too, as well as those of the call, which
//     are on top. Python sends those of the call.
//   - An attribute named message, level or time gets an underscore at the end; in Python it
//     replaces the field of the record.
//   - A record with an error has the fields exception_name, exception_message and
//     formatted_exception, as named by [logbook.Wire].
//   - NaN and the infinities are strings, since JSON does not have them.
//
// The channel is not sent, as in Python. ExtraFields can name the program.
//
// # What is lost, and when
//
// A log call puts the record into a bounded queue of this program, a [queues.Background], and
// returns. Records are pushed at once, all that have come meanwhile with one command, instead
// of after a second or 128 records, as in Python. While the server cannot be reached, or
// refuses the command, records wait in the queue, and are tried again after 100 ms, then
// 200 ms, and so on up to 10 s. If the queue is full, Overflow decides; by default the oldest
// records are dropped. They are counted, and a record in the stream says how many there were.
//
// When a push fails, it is not known whether the server has the records: if its reply was
// lost, they are on the list twice. The list itself is not bounded here. If nobody takes the
// records, it grows until the server refuses more.
//
// # Acknowledgements
//
// Redis has no acknowledgements for lists. The subscriber makes them of a second list: with
// one command the server moves an element to the list KEY:processing, and when the delivery
// is acknowledged, the element is removed there. If the program ends before, the elements
// that it was handling are put back when a subscriber connects the next time. So each record
// is handled at least once; twice, if the program ended between handling it and telling the
// server. The price is that each record passes the network twice, to be taken and to be
// removed, and that the subscriber needs Redis 6.2. With NoAck elements are taken off the
// list at once, and those in the memory of the program are lost with it.
//
// What is on a list is worth as much as the server's own persistence: without it a restart of
// the server loses the list, and with appendfsync everysec, a second of it.
//
// # What a subscriber reads
//
// The fields message, level and time become those of the record, and the exception_ fields its
// error; all others are attributes. A record without a channel gets the name of the list as
// its channel. The messages of Python's RedisHandler are templates, such as "{user} came",
// and remain so: Python sends the arguments by name as attributes, and not those by position.
//
// # Security
//
// With redis:// the password and the records are sent unencrypted. Use rediss:// beyond this
// machine.
//
// A user of the server needs RPUSH, or LPUSH with Left, for the list of a handler. For a
// subscriber it needs LLEN, LPUSH and BLPOP and LPOP with NoAck, otherwise LLEN, LPUSH, BLMOVE,
// LMOVE, LREM and LRANGE, for the list and that of what is being handled; with Right the
// commands of the other end.
package redis
