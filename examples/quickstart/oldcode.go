package main

import "log"

func oldCode() { log.Print("printed through package log") }
