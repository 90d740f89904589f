module github.com/logbook-go/logbook

go 1.26
