// Package disk provides the system calls for files that must survive: opening without
// following links, locking, renaming without replacing, and syncing directories. Its
// users take an [FS], so that their tests can pass one that fails; see package disktest.
package disk
