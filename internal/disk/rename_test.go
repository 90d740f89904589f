package disk

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// Rename does not replace an existing file, directory or link.
func TestRename(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	from, to := filepath.Join(dir, "from"), filepath.Join(dir, "to")
	for _, path := range []string{from, to} {
		if err := os.WriteFile(path, []byte(path), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, rename := range map[string]func(from, to string) error{"renameNew": renameNew, "renameChecked": renameChecked} {
		var linkError *os.LinkError
		if err := rename(from, to); !errors.Is(err, fs.ErrExist) || !errors.As(err, &linkError) {
			t.Errorf("%s: got %v", name, err)
		}
		for _, path := range []string{from, to} {
			if text, err := os.ReadFile(path); err != nil || string(text) != path {
				t.Errorf("%s: the file %s has %q, %v", name, path, text, err)
			}
		}
		if err := rename(from, to+name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := rename(to+name, from); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
