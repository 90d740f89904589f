package disk

import (
	"errors"
	"io/fs"
	"os"

	"golang.org/x/sys/windows"
)

var errLink = errors.New("is a symbolic link")

// openNoFollow lets others rename and remove the file while it is open, which
// os.OpenFile does not.
func openNoFollow(path string, flag int, mode fs.FileMode) (*os.File, error) {
	fail := func(err error) (*os.File, error) {
		return nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return fail(err)
	}
	var access uint32 = windows.GENERIC_READ
	if flag&(os.O_WRONLY|os.O_RDWR) != 0 {
		access = windows.GENERIC_WRITE
		if flag&os.O_APPEND != 0 {
			access = windows.FILE_APPEND_DATA | windows.FILE_WRITE_ATTRIBUTES | windows.SYNCHRONIZE
		}
		if flag&os.O_RDWR != 0 {
			access |= windows.GENERIC_READ
		} else {
			access |= windows.FILE_READ_ATTRIBUTES
		}
	}
	var disposition uint32 = windows.OPEN_EXISTING
	switch {
	case flag&(os.O_CREATE|os.O_EXCL) == os.O_CREATE|os.O_EXCL:
		disposition = windows.CREATE_NEW
	case flag&os.O_CREATE != 0:
		disposition = windows.OPEN_ALWAYS
	}
	var attributes uint32 = windows.FILE_ATTRIBUTE_NORMAL
	if flag&os.O_CREATE != 0 && mode&0o200 == 0 {
		attributes = windows.FILE_ATTRIBUTE_READONLY
	}
	handle, err := windows.CreateFile(name, access,
		windows.FILE_SHARE_READ|windows.FILE_SHARE_WRITE|windows.FILE_SHARE_DELETE, nil,
		disposition, attributes|windows.FILE_FLAG_OPEN_REPARSE_POINT, 0)
	if err != nil {
		return fail(err)
	}
	var info windows.ByHandleFileInformation
	if err = windows.GetFileInformationByHandle(handle, &info); err == nil &&
		info.FileAttributes&windows.FILE_ATTRIBUTE_REPARSE_POINT != 0 {
		err = errLink
	}
	if err != nil {
		_ = windows.CloseHandle(handle) // nothing was written to it
		return fail(err)
	}
	return os.NewFile(uintptr(handle), path), nil
}

// syncDir does nothing: NTFS keeps names in its journal.
func syncDir(string) error { return nil }

// Owner returns the owner of a file. On this system it reports false.
func Owner(fs.FileInfo) (uid, gid int, ok bool) { return 0, 0, false }

// Nameless reports whether an open file has been removed. On this system it is always
// false.
func Nameless(fs.FileInfo) bool { return false }

func renameNew(from, to string) error {
	old, err := windows.UTF16PtrFromString(from)
	if err == nil {
		var name *uint16
		if name, err = windows.UTF16PtrFromString(to); err == nil {
			err = windows.MoveFileEx(old, name, 0) // without MOVEFILE_REPLACE_EXISTING
		}
	}
	if err != nil {
		return &os.LinkError{Op: "rename", Old: from, New: to, Err: err}
	}
	return nil
}
