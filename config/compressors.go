package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/logbook-go/logbook/handlers"
)

// allPackage registers what stands in packages of their own.
const allPackage = "github.com/logbook-go/logbook/config/all"

var (
	compressorsMu sync.RWMutex
	compressors   = map[string]handlers.Compressor{"gzip": handlers.Gzip()}
)

// RegisterCompressor makes a value of the option compress known, in an init
// function, as that of package handlers/zstd:
//
//	config.RegisterCompressor("zstd", zstd.Compressor())
//
// It panics if the name is empty or taken, or if c is nil.
func RegisterCompressor(name string, c handlers.Compressor) {
	if name == "" {
		panic("config: RegisterCompressor without a name")
	}
	if c == nil {
		panic("config: RegisterCompressor of " + name + " without a compressor")
	}
	compressorsMu.Lock()
	defer compressorsMu.Unlock()
	if _, taken := compressors[name]; taken {
		panic("config: RegisterCompressor called twice for " + name)
	}
	compressors[name] = c
}

// compressor reads the option compress.
func (s *Sink) compressor() (c handlers.Compressor) {
	s.Func("compress", func(v string) error {
		compressorsMu.RLock()
		defer compressorsMu.RUnlock()
		if c = compressors[v]; c != nil {
			return nil
		}
		if v == "zstd" {
			return fmt.Errorf("the program does not know zstd; it has to import %q", allPackage)
		}
		known := slices.Sorted(maps.Keys(compressors))
		return fmt.Errorf("%q is not known%s (known: %s)", v, didYouMean(v, known), strings.Join(known, ", "))
	})
	return c
}
