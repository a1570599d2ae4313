//go:build unix

package envwriter

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"
)

// system is the real disk.
type system struct{}

func (system) lstat(path string) (stat, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return stat{}, err
	}
	return statOf(info), nil
}

func statOf(info fs.FileInfo) stat {
	s := stat{mode: info.Mode(), size: info.Size(), modified: info.ModTime()}
	if sys, ok := info.Sys().(*syscall.Stat_t); ok {
		s.dev, s.ino, s.links = uint64(sys.Dev), uint64(sys.Ino), uint64(sys.Nlink)
		s.uid, s.gid = int(sys.Uid), int(sys.Gid)
	}
	return s
}

func (system) resolve(path string) (string, error) { return filepath.EvalSymlinks(path) }

func (system) open(path string, flags int, mode fs.FileMode) (handle, error) {
	// O_NONBLOCK: opening a FIFO put in the file's place must not hang.
	f, err := os.OpenFile(path, flags|unix.O_NOFOLLOW|unix.O_NONBLOCK, mode)
	if err != nil {
		return nil, err
	}
	return realFile{f}, nil
}

func (system) rename(from, to string, replace bool) error {
	if replace {
		return os.Rename(from, to)
	}
	return renameNew(from, to)
}

func (system) remove(path string) error { return os.Remove(path) }

func (system) list(dir string) ([]string, error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return f.Readdirnames(-1)
}

func (system) uid() int { return os.Geteuid() }

type realFile struct{ *os.File }

func (f realFile) stat() (stat, error) {
	info, err := f.File.Stat()
	if err != nil {
		return stat{}, err
	}
	return statOf(info), nil
}

func (f realFile) truncate(size int64) error    { return f.File.Truncate(size) }
func (f realFile) sync() error                  { return f.File.Sync() }
func (f realFile) chown(uid, gid int) error     { return f.File.Chown(uid, gid) }
func (f realFile) chmod(mode fs.FileMode) error { return f.File.Chmod(mode) }

func (f realFile) lock() error {
	for {
		if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}

// renameChecked is renameNew where the system cannot do it in one step.
func renameChecked(from, to string) error {
	if _, err := os.Lstat(to); err == nil {
		return &os.LinkError{Op: "rename", Old: from, New: to, Err: fs.ErrExist}
	}
	return os.Rename(from, to)
}
