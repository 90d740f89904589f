// Package web has the tests of the page of tickets in Chromium, and makes its pictures. The
// tests need chromium, and npm, which installs axe-core.
package web
