package spool

import (
	"fmt"
	"testing"
)

// benchSizes are bodies of one record and of a thousand.
var benchSizes = []int{400, 330_000}

// Appending by eight producers at once, to a log that drops the oldest entries. The disk
// decides, so compare with the number of its syncs in a second.
func BenchmarkAppend(b *testing.B) {
	for _, policy := range []Sync{SyncNever, SyncInterval, SyncAlways} {
		for _, size := range benchSizes {
			b.Run(fmt.Sprintf("%v/%d", policy, size), func(b *testing.B) {
				l := open(b, b.TempDir(), &Options{MaxBytes: 256 << 20, DropOldest: true, Sync: policy})
				b.SetBytes(int64(size))
				b.SetParallelism(4)
				b.ReportAllocs()
				b.RunParallel(func(pb *testing.PB) {
					e := entry(1, size)
					for pb.Next() {
						if err := l.Append(b.Context(), e); err != nil {
							b.Error(err)
						}
					}
				})
				b.StopTimer()
				s := l.Stats()
				b.ReportMetric(float64(s.Count("syncs"))/b.Elapsed().Seconds(), "syncs/s")
				b.ReportMetric(float64(s.Count("appended_entries"))/float64(s.Count("writes")), "entries/write")
			})
		}
	}
}

// Appending by one producer, as NewSpool does for each record.
func BenchmarkAppendAlone(b *testing.B) {
	l := open(b, b.TempDir(), &Options{MaxBytes: 256 << 20, DropOldest: true, Sync: SyncNever})
	e := entry(1, 400)
	b.ReportAllocs()
	for b.Loop() {
		if err := l.Append(b.Context(), e); err != nil {
			b.Error(err)
		}
	}
}

func BenchmarkRead(b *testing.B) {
	for _, size := range benchSizes {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			l := open(b, b.TempDir(), &Options{Sync: SyncNever})
			c := openCursor(b, l, "a", nil)
			appendEntries(b, l, 1, 64<<20/size, size)
			b.SetBytes(int64(size))
			b.ReportAllocs()
			b.ResetTimer()
			next := uint64(1)
			for n := 0; n < b.N; {
				entries, err := c.Read(b.Context(), 0, 0)
				if err != nil || entries[0].Number != next {
					b.Fatal(err)
				}
				n += len(entries)
				if next += uint64(len(entries)); next > l.Last() {
					c.Rewind()
					next = 1
				}
			}
		})
	}
}
