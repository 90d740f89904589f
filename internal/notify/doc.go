// Package notify holds what the handlers that notify people have in common: how a
// record becomes a title and a text ([Layout], [Guard]), how long texts are cut ([Cut]), what
// becomes of records that are handed over together ([Lead]), and when nothing is sent
// because the last attempt failed ([Gate]).
package notify
