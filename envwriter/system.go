package envwriter

import (
	"io"
	"io/fs"
	"time"
)

// A disk is all that loading and saving ask of the system, call by call, so that
// each call can be made to fail.
type disk interface {
	lstat(path string) (stat, error)
	resolve(path string) (string, error) // follows every symlink
	open(path string, flags int, mode fs.FileMode) (handle, error)
	rename(from, to string, replace bool) error // without replace it fails with fs.ErrExist
	remove(path string) error
	list(dir string) ([]string, error)
	uid() int
}

type handle interface {
	io.Reader
	io.WriterAt
	io.Closer
	stat() (stat, error)
	truncate(size int64) error
	sync() error
	chown(uid, gid int) error
	chmod(mode fs.FileMode) error
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
