// Logbookvet reports mistakes in calls of Logbook for Go. It runs by itself or by go vet:
//
//	logbookvet ./...
//	go vet -vettool=$(which logbookvet) ./...
//
// Package analyzer describes the mistakes.
package main

import (
	"golang.org/x/tools/go/analysis/singlechecker"

	"github.com/logbook-go/logbook/cmd/logbookvet/analyzer"
)

func main() { singlechecker.Main(analyzer.Analyzer) }
