// Package atomicfile loads and atomically replaces small configuration files. It keeps
// owner, group, mode, ACL and extended attributes, and a backup. It knows nothing of
// their contents.
package atomicfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// maxSize bounds what Load reads, in bytes.
const maxSize = 1 << 20

// Why a file is not read or not written, always wrapped in an *Error.
var (
	ErrMounted    = errors.New("it is a bind mount and cannot be replaced, only written in place")
	errOwner      = errors.New("its owner and group cannot be kept: run this as root or as the owner")
	errUnreadable = errors.New("the user who needs to read it could not")

	errDangling   = errors.New("it is a symlink to a file that does not exist")
	errDirectory  = errors.New("it is a directory")
	errNotRegular = errors.New("it is a device, socket or FIFO, not a file")
	errTooBig     = fmt.Errorf("it is larger than %d KiB", maxSize>>10)
	errHardLink   = errors.New("it has more than one name, and replacing it would break its hard links")
	errChanged    = errors.New("another program changed it in the meantime")
	errBusy       = errors.New("another run is saving in the same directory")
	errExists     = errors.New("a file with that name already exists")
	errSymlink    = errors.New("it is a symlink, and a password is not written through one")
	errForeign    = errors.New("it belongs to a user who must not read the password")
	errReadBack   = errors.New("what was read back is not what was written; the old file was restored")
)

// Error says which file failed, and at which step of loading or saving.
type Error struct {
	Stage string // "open", "write", "rename" ...
	Path  string
	Err   error
}

func (e *Error) Error() string { return fmt.Sprintf("%s: %s: %v", e.Path, e.Stage, cause(e.Err)) }
func (e *Error) Unwrap() error { return e.Err }

// cause strips the call and the path, which Error already has, from errors of package os.
func cause(err error) error {
	if path := (*fs.PathError)(nil); errors.As(err, &path) {
		return path.Err
	}
	if link := (*os.LinkError)(nil); errors.As(err, &link) {
		return link.Err
	}
	return err
}

// Snapshot is the state of a file at one moment.
type Snapshot struct {
	Path   string // as given
	Target string // the path with every symlink resolved
	Exists bool
	Bytes  []byte
	Mode   fs.FileMode
	UID    int
	GID    int
	stat   stat
}

// CheckSave reports early what SaveAll would refuse with any contents.
func (s Snapshot) CheckSave() error {
	if s.Exists && s.stat.links > 1 {
		return &Error{Stage: "check", Path: s.Path, Err: errHardLink}
	}
	return nil
}

// same reports whether two snapshots are of the same file in the same state.
func (s Snapshot) same(t Snapshot) bool {
	return s.Exists == t.Exists && s.Target == t.Target && bytes.Equal(s.Bytes, t.Bytes) &&
		s.stat.isFile(t.stat) && s.stat.modified.Equal(t.stat.modified)
}

// Load reads a file of at most 1 MiB. The Snapshot of a missing one is empty; anything
// but a regular file is refused without blocking. Errors are *Error.
func Load(path string) (Snapshot, error) { return load(own, path) }

func load(d disk, path string) (Snapshot, error) {
	s := Snapshot{Path: path}
	if stage, err := s.read(d); err != nil {
		return Snapshot{}, &Error{Stage: stage, Path: path, Err: err}
	}
	return s, nil
}

// read fills in the snapshot, or returns the stage at which it failed.
func (s *Snapshot) read(d disk) (stage string, err error) {
	if s.Target, s.Exists, err = resolve(d, s.Path); err != nil || !s.Exists {
		return "find", err
	}
	// Before opening, which can have effects on a device, and after, as it may have changed.
	if s.stat, err = loadable(d.lstat(s.Target)); err != nil {
		return "open", err
	}
	f, err := d.open(s.Target, openRead, 0)
	if err != nil {
		return "open", err
	}
	defer f.Close()
	if s.stat, err = loadable(f.stat()); err != nil {
		return "open", err
	}
	if s.Bytes, err = io.ReadAll(io.LimitReader(f, maxSize+1)); err == nil && len(s.Bytes) > maxSize {
		err = errTooBig
	}
	s.Mode, s.UID, s.GID = s.stat.mode.Perm(), s.stat.uid, s.stat.gid
	return "read", err
}

func loadable(s stat, err error) (stat, error) {
	switch {
	case err != nil:
	case s.mode.IsDir():
		err = errDirectory
	case !s.mode.IsRegular():
		err = errNotRegular
	case s.size > maxSize:
		err = errTooBig
	}
	return s, err
}

// resolve finds the path with every symlink resolved; if the file does not exist, that of
// its directory is.
func resolve(d disk, path string) (target string, exists bool, err error) {
	seen, err := d.lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		dir, err := d.resolve(filepath.Dir(path))
		return filepath.Join(dir, filepath.Base(path)), false, err
	}
	if err != nil {
		return "", false, err
	}
	target, err = d.resolve(path)
	if errors.Is(err, fs.ErrNotExist) && seen.mode&fs.ModeSymlink != 0 {
		err = errDangling
	}
	return target, true, err
}
