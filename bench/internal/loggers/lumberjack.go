package loggers

import (
	"io"

	"github.com/DeRuina/timberjack"
	"gopkg.in/natefinch/lumberjack.v2"
)

// neverMegabytes is a size that no file reaches.
const neverMegabytes = 1 << 20

// The rotating writers have no logger. They are used with phuslu's, the fastest one.

func onLumberjack() Case {
	return onWriteCloser("lumberjack", func(path string) io.WriteCloser {
		return &lumberjack.Logger{Filename: path, MaxSize: neverMegabytes, MaxBackups: 1}
	})
}

func onTimberjack() Case {
	return onWriteCloser("timberjack", func(path string) io.WriteCloser {
		return &timberjack.Logger{Filename: path, MaxSize: neverMegabytes, MaxBackups: 1}
	})
}

func onWriteCloser(name string, open func(path string) io.WriteCloser) Case {
	return Case{Logger: name, Start: func(w io.Writer) (func(int), func(), error) {
		file := open(nameOf(w))
		return phusluMessage(file), func() { _ = file.Close() }, nil
	}}
}
