// Package integration has only tests, beside the code and programs of others. It is a module
// of its own, so that no user's module graph includes them. `make integration` runs all of
// them; `make test` runs codec and chi, which need few modules.
package integration
