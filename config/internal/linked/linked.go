package linked

// All is true if the program imports config/all, so that errors need not suggest it.
var All bool
