package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// Calls are the system calls that take a path, which a process with another user's
// privileges can make instead.
type Calls interface {
	Open(path string, flags int, mode fs.FileMode) (*os.File, error)
	Lstat(path string) (fs.FileInfo, error)
	Resolve(path string) (string, error) // follows every symlink
	Remove(path string) error
	Rename(from, to string, how Renaming) error
	Chown(f *os.File, uid, gid int) error // of an open file
}

// Own makes the calls in this process, with package os.
type Own struct{}

func (Own) Open(path string, flags int, mode fs.FileMode) (*os.File, error) {
	return os.OpenFile(path, flags, mode)
}

func (Own) Lstat(path string) (fs.FileInfo, error)     { return os.Lstat(path) }
func (Own) Resolve(path string) (string, error)        { return filepath.EvalSymlinks(path) }
func (Own) Remove(path string) error                   { return os.Remove(path) }
func (Own) Chown(f *os.File, uid, gid int) error       { return f.Chown(uid, gid) }
func (Own) Rename(from, to string, how Renaming) error { return renameIn(unix.AT_FDCWD, from, to, how) }

// renameIn renames within a directory, or by absolute paths.
func renameIn(dir int, from, to string, how Renaming) error {
	if how == replacing {
		return unix.Renameat(dir, from, dir, to)
	}
	err := renameat2(dir, from, to, how)
	if how == exchanging || !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	var there unix.Stat_t
	if err := unix.Fstatat(dir, to, &there, unix.AT_SYMLINK_NOFOLLOW); err == nil {
		return fs.ErrExist
	}
	return unix.Renameat(dir, from, dir, to)
}

// LoadWith is Load with other calls.
func LoadWith(calls Calls, path string) (Snapshot, error) { return load(system{calls}, path) }

// SaveAllWith is SaveAll with other calls, chosen for each path.
func SaveAllWith(choose func(path string) Calls, files []File) ([]Saved, error) {
	t := newTransaction(own, time.Now(), files)
	for _, r := range t.files {
		r.disk = system{choose(r.file.Path)}
	}
	return t.run()
}
