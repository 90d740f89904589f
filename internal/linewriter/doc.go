// Package linewriter keeps lines whole on a writer that may fail halfway.
package linewriter
