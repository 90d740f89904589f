module example

go 1.26.0

require github.com/logbook-go/logbook v0.0.0

replace github.com/logbook-go/logbook => ../../../..
