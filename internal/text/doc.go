// Package text has what is done with texts in many places: it cuts them between
// characters, reads sizes and durations, and makes texts of attributes.
package text
