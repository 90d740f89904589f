package handlers

// ForgetDeprecations lets every deprecation be told again, as in a program that has
// just started.
func ForgetDeprecations() { deprecations.Clear() }
