// Package signals receives the signals that stop a program and reload its configuration.
package signals
