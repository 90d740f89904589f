// Package zstd compresses finished log files with Zstandard, which is several
// times as fast as gzip and makes smaller files:
//
//	file, err := handlers.NewRotating("app.log", &handlers.FileOptions{
//		Backups: 10, Compress: zstd.Compressor(),
//	})
//
// Read them with zstdcat, zstdgrep and zstdless.
package zstd
