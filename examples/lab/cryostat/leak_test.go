//go:build !integration || !unix

package main

import (
	"testing"

	"github.com/logbook-go/logbook/internal/leaktest"
)

func TestMain(m *testing.M) { leaktest.Main(m) }
