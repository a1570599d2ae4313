package atomicfile

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// disk is everything that loading and saving need from the system, so that tests can
// make each call fail.
type disk interface {
	lstat(path string) (stat, error)
	resolve(path string) (string, error) // follows every symlink
	open(path string, flags int, mode fs.FileMode) (handle, error)
	rename(from, to string, how Renaming) error
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
	lock() error // exclusive, without waiting; released by Close or when the process ends
	dropACL() error
	attributes() (map[string][]byte, error)
	setAttribute(name string, value []byte) error
}

// stat identifies a file and its state.
type stat struct {
	dev, ino uint64
	links    uint64
	mode     fs.FileMode
	uid, gid int
	size     int64
	modified time.Time
}

// isFile reports whether two stats are of the same file, possibly in different states.
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

// system is the real disk, reached with some calls.
type system struct{ Calls }

// own is the disk as this process reaches it.
var own = system{Own{}}

func (d system) lstat(path string) (stat, error)     { return statOf(d.Lstat(path)) }
func (d system) resolve(path string) (string, error) { return d.Resolve(path) }
func (d system) remove(path string) error            { return d.Remove(path) }
func (d system) uid() int                            { return os.Geteuid() }

func (d system) open(path string, flags int, mode fs.FileMode) (handle, error) {
	// O_NONBLOCK: opening a FIFO in the file's place must not block.
	f, err := d.Open(path, flags|unix.O_NOFOLLOW|unix.O_NONBLOCK, mode)
	if err != nil {
		return nil, err
	}
	return realFile{f, d.Calls}, nil
}

// Renaming says what happens to an existing file with the new name.
type Renaming int

const (
	replacing  Renaming = iota
	ifMissing           // it is kept: fs.ErrExist
	exchanging          // it gets the old name, or errors.ErrUnsupported
)

func (d system) rename(from, to string, how Renaming) error { return d.Rename(from, to, how) }

func (d system) list(dir string) ([]string, error) {
	f, err := d.Open(dir, openRead|unix.O_DIRECTORY, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return f.Readdirnames(-1)
}

type realFile struct {
	*os.File
	by Calls
}

func (f realFile) Chown(uid, gid int) error { return f.by.Chown(f.File, uid, gid) }

func (f realFile) stat() (stat, error) { return statOf(f.File.Stat()) }

func (f realFile) lock() error {
	for {
		if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}

// isBusy reports a mount point, or a lock held by someone else.
func isBusy(err error) bool {
	return errors.Is(err, syscall.EBUSY) || errors.Is(err, syscall.EWOULDBLOCK)
}
