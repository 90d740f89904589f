//go:build !unix

package disk

import "os"

func newFile(file *os.File, _ int) File { return osFile{file} }
