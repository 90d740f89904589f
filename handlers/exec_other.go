//go:build !unix

package handlers

import "os/exec"

// killGroup does nothing: the command alone is killed.
func killGroup(*exec.Cmd) {}
