package atomicfile

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// A disk is all that loading and saving ask of the system, call by call, so that
// each call can be made to fail.
type disk interface {
	lstat(path string) (stat, error)
	resolve(path string) (string, error) // follows every symlink
	open(path string, flags int, mode fs.FileMode) (handle, error)
	rename(from, to string, how renaming) error
	remove(path string) error
	list(dir string) ([]string, error)
	uid() int
}

type handle interface {
	io.Reader
	io.WriterAt
	io.Closer
	Truncate(size int64) error
	Sync() error
	Chown(uid, gid int) error
	Chmod(mode fs.FileMode) error
	stat() (stat, error)
	lock() error    // exclusive, at once; released by Close or when the process ends
	dropACL() error // what beyond the mode lets somebody in
	attributes() (map[string][]byte, error)
	setAttribute(name string, value []byte) error
}

// A stat is what tells one state of a file from another.
type stat struct {
	dev, ino uint64
	links    uint64
	mode     fs.FileMode
	uid, gid int
	size     int64
	modified time.Time
}

// isFile reports whether two stats are of the same file, in whatever state.
func (s stat) isFile(t stat) bool { return s.dev == t.dev && s.ino == t.ino }

func statOf(info fs.FileInfo, err error) (stat, error) {
	if err != nil {
		return stat{}, err
	}
	s := stat{mode: info.Mode(), size: info.Size(), modified: info.ModTime()}
	if sys, ok := info.Sys().(*syscall.Stat_t); ok {
		s.dev, s.ino, s.links = uint64(sys.Dev), uint64(sys.Ino), uint64(sys.Nlink)
		s.uid, s.gid = int(sys.Uid), int(sys.Gid)
	}
	return s, nil
}

// system is the real disk.
type system struct{}

func (system) lstat(path string) (stat, error)     { return statOf(os.Lstat(path)) }
func (system) resolve(path string) (string, error) { return filepath.EvalSymlinks(path) }
func (system) remove(path string) error            { return os.Remove(path) }
func (system) uid() int                            { return os.Geteuid() }

func (system) open(path string, flags int, mode fs.FileMode) (handle, error) {
	// O_NONBLOCK: opening a FIFO put in the file's place must not hang.
	f, err := os.OpenFile(path, flags|unix.O_NOFOLLOW|unix.O_NONBLOCK, mode)
	if err != nil {
		return nil, err
	}
	return realFile{f}, nil
}

// A renaming is what becomes of a file that has the new name already.
type renaming int

const (
	replacing  renaming = iota
	ifMissing           // it stays: fs.ErrExist
	exchanging          // it gets the old name; errors.ErrUnsupported where the system cannot do that
)

func (system) rename(from, to string, how renaming) error {
	if how == replacing {
		return os.Rename(from, to)
	}
	err := renameat2(from, to, how)
	if how == exchanging || !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	if _, err := os.Lstat(to); err == nil {
		return fs.ErrExist
	}
	return os.Rename(from, to)
}

func (system) list(dir string) (names []string, err error) {
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names, err
}

type realFile struct{ *os.File }

func (f realFile) stat() (stat, error) { return statOf(f.File.Stat()) }

func (f realFile) lock() error {
	for {
		if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}

// isBusy reports a mount point, or a lock that somebody else holds.
func isBusy(err error) bool {
	return errors.Is(err, syscall.EBUSY) || errors.Is(err, syscall.EWOULDBLOCK)
}
