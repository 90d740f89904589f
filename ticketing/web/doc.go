// Package web serves the tickets of a store as a page: what failed, how often, since when, and
// the records with their errors and stacks.
//
//	store, err := sqlite.Open("tickets.db", nil)
//	...
//	page, err := web.NewHandler(store, nil)
//	...
//	err = http.ListenAndServe("127.0.0.1:8080", page)
//
// All of it works without JavaScript, which adds keyboard keys and a view that follows the
// store. Nothing is loaded from other hosts. Texts of records are shown as texts, with escapes
// in place of characters that would change how the page reads.
package web
