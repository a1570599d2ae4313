package envwriter

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// MaxSize bounds what Load reads, in bytes.
const MaxSize = 1 << 20

// Why a file is not read or not written. They come wrapped in a *FileError.
var (
	ErrDangling   = errors.New("it is a symlink to a file that does not exist")
	ErrDirectory  = errors.New("it is a directory")
	ErrNotRegular = errors.New("it is a device, socket or FIFO, not a file")
	ErrTooBig     = fmt.Errorf("it is larger than %d KiB", MaxSize>>10)
	ErrHardLink   = errors.New("it has more than one name (hard links), and saving would part them")
	ErrMounted    = errors.New("it is mounted on its own (a bind mount) and cannot be replaced, only written in place")
	ErrChanged    = errors.New("somebody else changed it in the meantime")
	ErrBusy       = errors.New("another run is saving in the same directory")
	ErrExists     = errors.New("there is a file of that name already")
	ErrSymlink    = errors.New("it is a symlink, and a password is not written through one")
	ErrForeign    = errors.New("it belongs to somebody who is not to read the password")
	ErrOwner      = errors.New("its owner and group cannot be kept: run this as root or as the owner")
	ErrUnreadable = errors.New("the user who has to read it could not")
	ErrReadBack   = errors.New("what was read back is not what was written; the old file was put back")
)

// A FileError says which file, and at which step of loading or saving it.
type FileError struct {
	Stage string // "open", "write", "rename" ...
	Path  string
	Err   error
}

func (e *FileError) Error() string {
	return fmt.Sprintf("%s: %s: %v", e.Path, e.Stage, cause(e.Err))
}

func (e *FileError) Unwrap() error { return e.Err }

// cause strips the path and call that errors of package os repeat.
func cause(err error) error {
	if errors.Is(err, ErrOwner) {
		return ErrOwner
	}
	if path := (*fs.PathError)(nil); errors.As(err, &path) {
		return path.Err
	}
	if link := (*os.LinkError)(nil); errors.As(err, &link) {
		return link.Err
	}
	return err
}

// A Snapshot is a file as it was at one moment.
type Snapshot struct {
	Path   string // as given
	Target string // the file itself, every symlink followed
	Exists bool   // false for a file that is yet to be made
	Bytes  []byte
	Mode   fs.FileMode
	UID    int
	GID    int
	stat   stat
	sum    [sha256.Size]byte
}

// CheckSave reports at once why Save would refuse this file whatever its new
// contents are: for now, ErrHardLink.
func (s Snapshot) CheckSave() error {
	if s.Exists && s.stat.links > 1 {
		return &FileError{Stage: "check", Path: s.Path, Err: ErrHardLink}
	}
	return nil
}

// Load reads a file of at most MaxSize bytes. A missing one gives an empty
// Snapshot; anything but a file is refused without waiting on it. Errors are *FileError.
func Load(path string) (Snapshot, error) { return load(system{}, path) }

func load(d disk, path string) (Snapshot, error) {
	s := Snapshot{Path: path}
	fail := func(stage string, err error) (Snapshot, error) {
		return Snapshot{}, &FileError{Stage: stage, Path: path, Err: err}
	}
	var err error
	if s.Target, s.Exists, err = resolve(d, path); err != nil {
		return fail("find", err)
	}
	if !s.Exists {
		return s, nil
	}
	if s.stat, err = d.lstat(s.Target); err != nil {
		return fail("look at", err)
	}
	if err := loadable(s.stat); err != nil { // before it is opened: opening a device can do things
		return fail("open", err)
	}
	f, err := d.open(s.Target, os.O_RDONLY, 0)
	if err != nil {
		return fail("open", err)
	}
	defer f.Close()
	if s.stat, err = f.stat(); err != nil {
		return fail("look at", err)
	}
	if err := loadable(s.stat); err != nil {
		return fail("open", err)
	}
	if s.Bytes, err = io.ReadAll(io.LimitReader(f, MaxSize+1)); err != nil {
		return fail("read", err)
	}
	if len(s.Bytes) > MaxSize {
		return fail("read", ErrTooBig)
	}
	s.Mode, s.UID, s.GID, s.sum = s.stat.mode.Perm(), s.stat.uid, s.stat.gid, sha256.Sum256(s.Bytes)
	return s, nil
}

func loadable(s stat) error {
	switch {
	case s.mode.IsDir():
		return ErrDirectory
	case !s.mode.IsRegular():
		return ErrNotRegular
	case s.size > MaxSize:
		return ErrTooBig
	}
	return nil
}

// resolve finds the file itself. For one that does not exist it is where the
// file would be, in a directory that does exist.
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
		err = ErrDangling
	}
	return target, true, err
}

// same reports whether two snapshots are of the same file in the same state.
func (s Snapshot) same(t Snapshot) bool {
	return s.Exists == t.Exists && s.Target == t.Target && s.sum == t.sum &&
		s.stat.dev == t.stat.dev && s.stat.ino == t.stat.ino && s.stat.modified.Equal(t.stat.modified)
}
