package config

// RemoveWrapper undoes RegisterWrapper.
func RemoveWrapper(name string) {
	wrappers.mu.Lock()
	defer wrappers.mu.Unlock()
	delete(wrappers.entries, name)
}
