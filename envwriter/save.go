package envwriter

import (
	"bytes"
	"errors"
	"io/fs"
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
	// GiveToReader and GiveExisting together, as root, give a file that was there
	// before to ReadBy when it could not read it otherwise. Without both that is
	// ErrUnreadable: whoever names the path could have named a file of root's. A new
	// file is made for its reader in any case.
	GiveToReader bool
	GiveExisting bool
	// MustBeNew refuses with ErrExists what is there already, a dangling symlink too.
	MustBeNew bool
	// Secret is for a file that holds a password alone: ErrSymlink instead of writing
	// through a symlink, and ErrForeign for a file that belongs neither to root, nor to
	// who runs this, nor to ReadBy.
	Secret bool
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
// five of them. Runs that save in one directory wait for each other, and ErrBusy
// comes when that takes too long. Errors are *FileError; after one the file is the
// old one unless Saved.Changed says otherwise.
func Save(path string, new []byte, opt SaveOptions) (Saved, error) {
	return save(system{}, time.Now(), path, new, opt)
}

func save(d disk, now time.Time, path string, new []byte, opt SaveOptions) (Saved, error) {
	saved, err := saveAll(d, now, []FileToSave{{Path: path, Bytes: new, Options: opt}})
	if set := (*SetError)(nil); errors.As(err, &set) {
		return set.Failed, set.Err
	}
	return saved[0], err
}

// A saver is one file being saved.
type saver struct {
	disk
	now    time.Time
	opt    SaveOptions
	old    Snapshot
	new    []byte
	access access
	name   stat // of what has the name, not followed; for MustBeNew and Secret
	folder string
	dir    handle     // the set's; nil when it may not be opened: then it cannot be synced
	temp   *temporary // the new file; nil when nothing changes, and in place
	spare  *temporary // the old file, ready to be put back; nil for the last of a set
	saved  Saved
}

// fail names the step that failed. Errors that have a step keep it.
func (s *saver) fail(stage string, err error) error {
	if file := (*FileError)(nil); errors.As(err, &file) {
		return err
	}
	return &FileError{Stage: stage, Path: s.saved.Path, Err: err}
}

// find settles in which directory the file is.
func (s *saver) find() error {
	if err := s.checkName(); err != nil {
		return err
	}
	target, _, err := resolve(s.disk, s.saved.Path)
	if err != nil {
		return s.fail("find", err)
	}
	s.folder = filepath.Dir(target)
	return nil
}

// begin looks at the old file and settles everything that can be settled before
// anything is written.
func (s *saver) begin() error {
	var err error
	if s.old, err = load(s.disk, s.saved.Path); err != nil {
		return err
	}
	if s.opt.Before != nil && !s.old.same(*s.opt.Before) || filepath.Dir(s.old.Target) != s.folder {
		return s.fail("check", ErrChanged)
	}
	if err := s.checkName(); err != nil { // again, as nobody else saves here now
		return err
	}
	switch {
	case !s.opt.Secret || !s.old.Exists:
	case s.old.stat.ino != s.name.ino || s.old.stat.dev != s.name.dev: // it was a symlink when it was read
		return s.fail("check", ErrSymlink)
	case s.foreign(s.old.UID):
		return s.fail("check", ErrForeign)
	}
	s.saved.Target = s.old.Target
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

// checkName looks at what has the name itself, without following it.
func (s *saver) checkName() error {
	if !s.opt.MustBeNew && !s.opt.Secret {
		return nil
	}
	var err error
	s.name, err = s.lstat(s.saved.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return s.fail("look at", err)
	case s.opt.MustBeNew:
		return s.fail("check", ErrExists)
	case s.name.mode&fs.ModeSymlink != 0:
		return s.fail("check", ErrSymlink)
	}
	return nil
}

// foreign reports an owner to whom a secret must not be given.
func (s *saver) foreign(owner int) bool {
	return owner != 0 && owner != s.uid() && (s.opt.ReadBy == nil || owner != s.opt.ReadBy.UID)
}

// unchanged reports that the file has its new contents already.
func (s *saver) unchanged() bool { return s.old.Exists && bytes.Equal(s.old.Bytes, s.new) }

func (s *saver) inPlace() bool { return s.opt.InPlace && s.old.Exists }

func (s *saver) warn(text string) { s.saved.Warnings = append(s.saved.Warnings, text) }

// prepare writes, under other names, all that the file could need: what fails for
// want of room or of a right fails here.
func (s *saver) prepare(last bool) error {
	if s.unchanged() {
		s.saved.Mode, s.saved.UID, s.saved.GID = s.old.Mode, s.old.UID, s.old.GID
		return nil
	}
	var err error
	if !s.inPlace() {
		s.temp, err = s.temporary(s.new, s.access)
		if errors.Is(err, ErrOwner) && !s.old.Exists { // there is no owner to keep: its reader was to get it
			err = ErrUnreadable
		}
		if err == nil && s.old.Exists && !last {
			s.spare, err = s.oldAgain()
		}
	}
	if err != nil {
		return s.fail("write a temporary file", err)
	}
	if err := s.backup(); err != nil {
		return s.fail("back up", err)
	}
	return nil
}

// commit makes the file the new one, and reads it back.
func (s *saver) commit() error {
	if s.unchanged() {
		return nil
	}
	now, err := load(s.disk, s.saved.Path)
	if err != nil {
		return err
	}
	if !now.same(s.old) { // somebody edits it who does not know of the lock
		return s.fail("check", ErrChanged)
	}
	if s.inPlace() {
		err = s.writeOver()
	} else {
		err = s.moveIn()
	}
	if err != nil {
		return err
	}
	return s.verify()
}

func (s *saver) close() {
	for _, t := range []*temporary{s.temp, s.spare} {
		if t != nil {
			t.discard()
		}
	}
}

// moveIn gives the finished temporary file its name.
func (s *saver) moveIn() error {
	err := s.rename(s.temp.path, s.old.Target, s.old.Exists)
	switch {
	case err == nil:
		s.temp.path = ""
		s.saved.Changed, s.saved.Created = true, !s.old.Exists
		return s.syncDir()
	case isBusy(err):
		return s.fail("rename", ErrMounted)
	case errors.Is(err, fs.ErrExist) && s.opt.MustBeNew:
		return s.fail("rename", ErrExists)
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

// verify reads the file back with every selected reader.
func (s *saver) verify() error {
	now, err := load(s.disk, s.saved.Path)
	if err != nil || !bytes.Equal(now.Bytes, s.new) || !s.holds(now.Bytes) {
		return s.fail("read back", ErrReadBack)
	}
	s.saved.Mode, s.saved.UID, s.saved.GID = now.Mode, now.UID, now.GID
	return nil
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

// undo makes the file the old one again.
func (s *saver) undo() error {
	var err error
	switch {
	case !s.saved.Changed:
		return nil
	case !s.old.Exists:
		err = s.remove(s.old.Target)
	case s.inPlace():
		err = s.overwrite(s.old.Bytes)
	default:
		err = s.putBack()
	}
	if err != nil {
		return s.fail("put the old file back", err)
	}
	s.saved.Changed, s.saved.Created = false, false
	_ = s.syncDir() // it is the old one, whether that is forced to disk or not
	return nil
}

func (s *saver) putBack() error {
	if s.spare == nil {
		var err error
		if s.spare, err = s.oldAgain(); err != nil {
			return err
		}
	}
	if err := s.rename(s.spare.path, s.old.Target, true); err != nil {
		return err
	}
	s.spare.path = ""
	return nil
}

// oldAgain makes the old file a second time, under a temporary name.
func (s *saver) oldAgain() (*temporary, error) {
	a := accessOf(s.old)
	a.attributes = s.access.attributes
	return s.temporary(s.old.Bytes, a)
}
