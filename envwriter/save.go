package envwriter

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// SaveOptions say how to save. The zero value saves over whatever is there.
type SaveOptions struct {
	// Before is the file as it was when the edit was planned: a change since then
	// is ErrChanged. Nil takes the file as it is now.
	Before *Snapshot
	// ReadBy is the user who has to be able to read the file. Unknown when nil:
	// then an existing mode is kept, and a new file is 0600.
	ReadBy *User
	// GiveToReader, as root, gives the file to ReadBy when it could not read it
	// otherwise. Without it that is ErrUnreadable.
	GiveToReader bool
	// InPlace writes over the file instead of replacing it: for ErrMounted, after
	// asking. Only the backup makes that safe.
	InPlace bool
	// NewMode is the mode of a file that did not exist; 0600 when 0.
	NewMode fs.FileMode
	// Readers and Want are checked on what is read back from the disk.
	Readers []Reader
	Want    []Change
}

// Saved tells what Save did.
type Saved struct {
	Path     string // as given
	Target   string // the file itself
	Changed  bool   // false: it had these contents already and was not touched
	Created  bool
	Backup   string // its path; empty for a new or unchanged file
	Mode     fs.FileMode
	UID, GID int
	// Warnings are about what did not matter enough to fail.
	Warnings []string
}

// Save makes new the contents of the file at path. At any moment the file is the
// old one or the new one (but for InPlace). Owner, group, mode, ACL and extended
// attributes are kept; a mode that lets everybody read is tightened when ReadBy
// can still read. The old file is kept as NAME.<UTC time>.bak, 0600, the newest
// five of them. Errors are *FileError; after one the file is the old one unless
// Saved.Changed says otherwise.
func Save(path string, new []byte, opt SaveOptions) (Saved, error) {
	return save(system{}, time.Now(), path, new, opt)
}

// A saver is one save under way.
type saver struct {
	disk
	now    time.Time
	opt    SaveOptions
	old    Snapshot
	new    []byte
	access access
	dir    handle // nil when it may not be opened; then it cannot be synced
	saved  Saved
}

func save(d disk, now time.Time, path string, new []byte, opt SaveOptions) (Saved, error) {
	s := &saver{disk: d, now: now, opt: opt, new: new, saved: Saved{Path: path}}
	defer s.close()
	if err := s.begin(); err != nil {
		return s.saved, err
	}
	if s.old.Exists && bytes.Equal(s.old.Bytes, new) {
		s.saved.Mode, s.saved.UID, s.saved.GID = s.old.Mode, s.old.UID, s.old.GID
		return s.saved, nil
	}
	var err error
	if opt.InPlace && s.old.Exists {
		err = s.inPlace()
	} else {
		err = s.replace()
	}
	if err != nil {
		return s.saved, err
	}
	if err := s.verify(); err != nil {
		return s.saved, err
	}
	s.prune()
	return s.saved, nil
}

// fail names the step that failed. Errors that have a step keep it.
func (s *saver) fail(stage string, err error) error {
	if file := (*FileError)(nil); errors.As(err, &file) {
		return err
	}
	return &FileError{Stage: stage, Path: s.saved.Path, Err: err}
}

// begin looks at the old file and settles everything that can be settled before
// anything is written.
func (s *saver) begin() error {
	var err error
	if s.old, err = load(s.disk, s.saved.Path); err != nil {
		return err
	}
	if s.opt.Before != nil && !s.old.same(*s.opt.Before) {
		return s.fail("check", ErrChanged)
	}
	s.saved.Target = s.old.Target
	if s.dir, err = s.open(s.folder(), os.O_RDONLY, 0); err != nil {
		s.warn("the directory could not be opened, so the new name is not forced to disk")
	}
	s.sweep()
	if s.old.stat.links > 1 { // looked at again: a killed run may have left a second name
		if s.old, err = load(s.disk, s.saved.Path); err != nil {
			return err
		}
	}
	if err := s.old.CheckSave(); err != nil {
		return err
	}
	s.access, err = s.decideAccess()
	return err
}

func (s *saver) close() {
	if s.dir != nil {
		_ = s.dir.Close()
	}
}

func (s *saver) folder() string { return filepath.Dir(s.old.Target) }

func (s *saver) warn(text string) { s.saved.Warnings = append(s.saved.Warnings, text) }

// replace writes a temporary file beside the old one and renames it over it.
func (s *saver) replace() error {
	temp, err := s.temporary(s.new, s.access)
	if errors.Is(err, ErrOwner) && !s.old.Exists { // there is no owner to keep: its reader was to get it
		err = ErrUnreadable
	}
	if err != nil {
		return s.fail("write a temporary file", err)
	}
	defer temp.discard()
	if err := s.backup(); err != nil {
		return s.fail("back up", err)
	}
	if err := s.moveIn(temp); err != nil {
		s.dropBackup()
		return err
	}
	s.saved.Changed, s.saved.Created = true, !s.old.Exists
	return s.syncDir()
}

// moveIn renames the finished temporary file, if the old one is still the one
// that the edit was made from.
func (s *saver) moveIn(temp *temporary) error {
	now, err := load(s.disk, s.saved.Path)
	if err != nil {
		return err
	}
	if !now.same(s.old) {
		return s.fail("check", ErrChanged)
	}
	err = s.rename(temp.path, s.old.Target, s.old.Exists)
	switch {
	case err == nil:
		temp.path = ""
		return nil
	case isBusy(err):
		return s.fail("rename", ErrMounted)
	case errors.Is(err, fs.ErrExist) && !s.old.Exists:
		return s.fail("rename", ErrChanged)
	}
	return s.fail("rename", err)
}

func (s *saver) syncDir() error {
	if s.dir == nil {
		return nil
	}
	if err := s.dir.sync(); err != nil && !isUnsupported(err) {
		return s.fail("force the directory to disk", err)
	}
	return nil
}

// verify reads the file back with every selected reader, and puts the old one
// back when it is not what it should be.
func (s *saver) verify() error {
	now, err := load(s.disk, s.saved.Path)
	if err == nil && bytes.Equal(now.Bytes, s.new) && s.holds(now.Bytes) {
		s.saved.Mode, s.saved.UID, s.saved.GID = now.Mode, now.UID, now.GID
		return nil
	}
	if err := s.restore(); err != nil {
		return s.fail("put the old file back", err)
	}
	return s.fail("read back", ErrReadBack)
}

func (s *saver) holds(file []byte) bool {
	for _, r := range s.opt.Readers {
		vars, err := r.Read(file)
		if err != nil || slices.ContainsFunc(s.opt.Want, func(c Change) bool { return !wanted(vars, c) }) {
			return false
		}
	}
	return true
}

// restore undoes a save that went wrong on the disk.
func (s *saver) restore() error {
	var err error
	switch {
	case !s.old.Exists:
		err = s.remove(s.old.Target)
	case s.opt.InPlace:
		err = s.overwrite(s.old.Bytes)
	default:
		err = s.putBack()
	}
	if err != nil {
		return err
	}
	s.saved.Changed, s.saved.Created = false, false
	return s.syncDir()
}

func (s *saver) putBack() error {
	a := accessOf(s.old)
	a.attributes = s.access.attributes
	temp, err := s.temporary(s.old.Bytes, a)
	if err != nil {
		return err
	}
	defer temp.discard()
	if err := s.rename(temp.path, s.old.Target, true); err != nil {
		return err
	}
	temp.path = ""
	return nil
}
