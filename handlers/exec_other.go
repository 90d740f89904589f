//go:build !unix

package handlers

import "os/exec"

// killGroup does nothing: only the command itself is killed.
func killGroup(*exec.Cmd) {}
