package handlers

// ForgetDeprecations lets every deprecation be logged again, as in a program that has
// just started.
func ForgetDeprecations() { reported.Clear() }
