package spool

import (
	"encoding/binary"
	"hash/crc32"
	"time"
)

// A frame is a header of 32 bytes and the data: a byte each for the lengths of key and
// peer, the key, the peer, the body. All numbers are little-endian.
//
//	 0  CRC-32C of the rest of the header, beginning with the salt of the segment
//	 4  CRC-32C of the data
//	 8  number
//	16  time, nanoseconds since 1970
//	24  length of the data; the highest bit is set if the body is compressed
//	28  number of records
//
// The checksum of the header covers the other one, so both cover everything. It is apart
// so that a reader can trust the length before it reads the data, and so that it can look
// for the next frame behind a damaged one. The salt is random, and a part of the name of
// the segment: neither a body that contains a frame nor what was in a reused file can be
// taken for a frame.
const (
	headerSize   = 32
	lengthMask   = 1<<28 - 1
	gzipFlag     = 1 << 31
	maxData      = lengthMask
	endOfSegment = headerSize // zero bytes behind the last frame
)

// zeros are what is behind the last frame.
var zeros [endOfSegment]byte

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// frameSize returns the size of an entry in a segment.
func (e *Entry) frameSize() int { return headerSize + 2 + len(e.Key) + len(e.Peer) + len(e.Body) }

// appendFrame appends the frame of an entry, which still lacks its number and the checksums:
// see stamp.
func appendFrame(b []byte, e *Entry) []byte {
	var h [headerSize]byte
	length := uint32(2 + len(e.Key) + len(e.Peer) + len(e.Body))
	if e.Gzip {
		length |= gzipFlag
	}
	binary.LittleEndian.PutUint64(h[16:], uint64(e.Time.UnixNano()))
	binary.LittleEndian.PutUint32(h[24:], length)
	binary.LittleEndian.PutUint32(h[28:], uint32(e.Records))
	b = append(b, h[:]...)
	b = append(b, byte(len(e.Key)), byte(len(e.Peer)))
	b = append(b, e.Key...)
	b = append(b, e.Peer...)
	return append(b, e.Body...)
}

// stamp completes the first frame of b, and returns its size.
func stamp(b []byte, number uint64, salt uint32) int {
	size := headerSize + int(binary.LittleEndian.Uint32(b[24:])&lengthMask)
	binary.LittleEndian.PutUint32(b[4:], crc32.Checksum(b[headerSize:size], castagnoli))
	binary.LittleEndian.PutUint64(b[8:], number)
	binary.LittleEndian.PutUint32(b, headerSum(b, salt))
	return size
}

func headerSum(frame []byte, salt uint32) uint32 {
	return crc32.Update(salt, castagnoli, frame[4:headerSize])
}

// header is a decoded header.
type header struct {
	number  uint64
	time    int64
	records uint32
	length  int // of the data
	gzip    bool
	sum     uint32 // of the data
}

// size returns the size of the frame.
func (h *header) size() int64 { return headerSize + int64(h.length) }

// parseHeader decodes a header of headerSize bytes, and reports whether it is whole.
func parseHeader(b []byte, salt uint32) (h header, ok bool) {
	length := binary.LittleEndian.Uint32(b[24:])
	h = header{
		number:  binary.LittleEndian.Uint64(b[8:]),
		time:    int64(binary.LittleEndian.Uint64(b[16:])),
		records: binary.LittleEndian.Uint32(b[28:]),
		length:  int(length & lengthMask),
		gzip:    length&gzipFlag != 0,
		sum:     binary.LittleEndian.Uint32(b[4:]),
	}
	return h, h.length >= 2 && binary.LittleEndian.Uint32(b) == headerSum(b, salt)
}

// whole reports whether the data are those of the header.
func (h *header) whole(data []byte) bool {
	return crc32.Checksum(data, castagnoli) == h.sum && 2+int(data[0])+int(data[1]) <= len(data)
}

// fill sets an entry from a header and its data, which the body keeps. The peer is taken
// from last if it is the same.
func (h *header) fill(e *Entry, data []byte, last string) {
	key := data[2 : 2+int(data[0])]
	peer := data[2+len(key) : 2+len(key)+int(data[1])]
	start := 2 + len(key) + len(peer)
	*e = Entry{
		Number:  h.number,
		Time:    time.Unix(0, h.time),
		Key:     string(key),
		Peer:    last,
		Gzip:    h.gzip,
		Records: int(h.records),
		Body:    data[start:len(data):len(data)],
	}
	if last != string(peer) {
		e.Peer = string(peer)
	}
}

// findHeader returns the offset of the first whole header in b at or behind from whose
// number is between first and last, or -1.
func findHeader(b []byte, from int, salt uint32, first, last uint64) int {
	for at := from; at+headerSize <= len(b); at++ {
		if number := binary.LittleEndian.Uint64(b[at+8:]); number-first <= last-first {
			if _, ok := parseHeader(b[at:], salt); ok {
				return at
			}
		}
	}
	return -1
}

// isZero reports whether there are only zero bytes.
func isZero(b []byte) bool {
	for _, c := range b {
		if c != 0 {
			return false
		}
	}
	return true
}
