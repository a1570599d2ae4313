package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// Folder makes the calls for files directly in one directory, through its descriptor
// and without following symlinks, so that nobody who can rename files there or above
// can redirect them.
type Folder struct {
	Dir  *os.File
	Path string // of the directory
}

var errOutside = errors.New("it is not directly in the directory")

func (d Folder) name(path string) (string, error) {
	switch {
	case path == d.Path:
		return ".", nil
	case filepath.Dir(path) != d.Path:
		return "", errOutside
	}
	return filepath.Base(path), nil
}

// Open opens a file that has no other hard links.
func (d Folder) Open(path string, flags int, mode fs.FileMode) (*os.File, error) {
	name, err := d.name(path)
	if err != nil {
		return nil, err
	}
	fd, err := unix.Openat(int(d.Dir.Fd()), name, flags|unix.O_NOFOLLOW|unix.O_CLOEXEC, uint32(mode.Perm()))
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	f := os.NewFile(uintptr(fd), path)
	if s, err := statOf(f.Stat()); err != nil || s.mode.IsRegular() && s.links > 1 {
		_ = f.Close()
		return nil, errors.Join(err, errHardLink)
	}
	return f, nil
}

func (d Folder) Lstat(path string) (fs.FileInfo, error) {
	name, err := d.name(path)
	if err != nil {
		return nil, err
	}
	fd, err := unix.Openat(int(d.Dir.Fd()), name, unix.O_PATH|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, &fs.PathError{Op: "lstat", Path: path, Err: err}
	}
	f := os.NewFile(uintptr(fd), path)
	defer f.Close()
	return f.Stat()
}

// Resolve refuses symlinks, and otherwise returns the given path.
func (d Folder) Resolve(path string) (string, error) {
	info, err := d.Lstat(path)
	if err == nil && info.Mode()&fs.ModeSymlink != 0 {
		err = errSymlink
	}
	return path, err
}

// Remove removes a file.
func (d Folder) Remove(path string) error {
	name, err := d.name(path)
	if err != nil {
		return err
	}
	return unix.Unlinkat(int(d.Dir.Fd()), name, 0)
}

// Rename renames a file within the directory.
func (d Folder) Rename(from, to string, how Renaming) error {
	from, err := d.name(from)
	if err != nil {
		return err
	}
	if to, err = d.name(to); err != nil {
		return err
	}
	return renameIn(int(d.Dir.Fd()), from, to, how)
}

// Chown is f.Chown.
func (d Folder) Chown(f *os.File, uid, gid int) error { return f.Chown(uid, gid) }
