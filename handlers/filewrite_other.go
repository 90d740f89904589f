//go:build !unix

package handlers

import "os"

func newOpenFile(file *os.File, _ int) openFile { return osFile{file} }
