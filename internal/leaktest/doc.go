// Package leaktest finds goroutines leaked by the tests of a package.
package leaktest
