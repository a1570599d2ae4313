package atomicfile

import (
	"bytes"
	"errors"
	"io/fs"
	"path/filepath"
	"syscall"
	"time"
)

// replacement is the replacement of one file in a transaction.
type replacement struct {
	disk
	now       time.Time
	file      File
	folder    string
	directory *directory // nil if it may not be opened: then it cannot be synced
	own       stat       // of the name itself, without following a symlink
	old       Snapshot
	access    access
	temp      *temporary // the new file or, once exchanged, the old one; nil if unchanged or in place
	exchanged bool
	journal   *temporary
	saved     Saved
}

// failed adds the stage and path to an error that does not have them.
func (r *replacement) failed(stage string, err error) error {
	if known := (*Error)(nil); errors.As(err, &known) {
		return err
	}
	return &Error{Stage: stage, Path: r.saved.Path, Err: err}
}

func (r *replacement) warn(text string) { r.saved.Warnings = append(r.saved.Warnings, text) }

// unchanged reports whether the file already has its new contents and mode.
func (r *replacement) unchanged() bool {
	return r.old.Exists && bytes.Equal(r.old.Bytes, r.file.Bytes) && (r.inPlace() || r.access.mode == r.old.Mode)
}

func (r *replacement) inPlace() bool { return r.file.InPlace && r.old.Exists }

// locate determines in which directory the file is.
func (r *replacement) locate() error {
	err := r.checkName()
	if err != nil && (!errors.Is(err, errExists) || !isLeftover(r.disk, r.saved.Path)) {
		return err
	}
	target, _, err := resolve(r.disk, r.saved.Path)
	r.folder = filepath.Dir(target)
	return err
}

// checkName checks the name itself, without following a symlink.
func (r *replacement) checkName() error {
	if !r.file.MustBeNew && !r.file.Secret {
		return nil
	}
	var err error
	r.own, err = r.lstat(r.saved.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case r.file.MustBeNew:
		return errExists
	case r.own.mode&fs.ModeSymlink != 0:
		return errSymlink
	}
	return nil
}

// inspect checks the old file and decides everything that can be decided before
// writing.
func (r *replacement) inspect() error {
	r.sweep()
	var err error
	if r.old, err = load(r.disk, r.saved.Path); err != nil {
		return err
	}
	if r.file.Before != nil && !r.old.same(*r.file.Before) || filepath.Dir(r.old.Target) != r.folder {
		return errChanged
	}
	if err := r.checkName(); err != nil { // again, now that the directory is locked
		return err
	}
	switch {
	case !r.file.Secret || !r.old.Exists:
	case !r.old.stat.isFile(r.own): // it was a symlink when it was read
		return errSymlink
	case r.foreign(r.old.UID):
		return errForeign
	}
	if err := r.old.CheckSave(); err != nil {
		return err
	}
	r.access, err = r.decideAccess()
	return err
}

// foreign reports whether an owner must not get a secret.
func (r *replacement) foreign(owner int) bool {
	return owner != 0 && owner != r.uid() && (r.file.ReadBy == nil || owner != r.file.ReadBy.UID)
}

// prepare writes the new file and the backup under temporary names, so that a lack of
// space or permissions shows before anything is replaced.
func (r *replacement) prepare() error {
	if r.unchanged() {
		return nil
	}
	if !r.inPlace() {
		var err error
		r.temp, err = r.temporary(r.file.Bytes, r.access, tempSuffix)
		if errors.Is(err, errOwner) && !r.old.Exists { // it could not be given to its reader
			err = errUnreadable
		}
		if err != nil {
			return err
		}
	}
	return r.backUp()
}

// commit replaces the file, and reads it back.
func (r *replacement) commit() error {
	if r.unchanged() {
		return nil
	}
	now, err := load(r.disk, r.saved.Path)
	if err != nil {
		return err
	}
	if !now.same(r.old) { // by a program that does not use our lock
		return errChanged
	}
	if r.inPlace() {
		err = r.writeInPlace()
	} else {
		err = r.rename()
	}
	if err != nil {
		return err
	}
	now, err = load(r.disk, r.saved.Path)
	if err != nil || !bytes.Equal(now.Bytes, r.file.Bytes) || r.file.Verify != nil && !r.file.Verify(now.Bytes) {
		return errReadBack
	}
	return nil
}

// rename gives the finished temporary file its name. If the system can exchange two
// files, the old one is compared once more after the exchange, when no further change
// can go unnoticed.
func (r *replacement) rename() error {
	how := ifMissing
	if r.old.Exists {
		how = exchanging
	}
	err := r.temp.rename(r.old.Target, how)
	if r.exchanged = err == nil && r.old.Exists; r.exchanged {
		now, loadErr := load(r.disk, r.temp.path)
		if now.Target = r.old.Target; loadErr != nil || !now.same(r.old) {
			r.exchanged = false
			return errors.Join(errChanged, r.temp.rename(r.old.Target, exchanging))
		}
	} else if errors.Is(err, errors.ErrUnsupported) {
		err = r.temp.rename(r.old.Target, replacing)
	}
	switch {
	case err == nil:
		r.saved.Changed, r.saved.Created = true, !r.old.Exists
		return r.syncDirectory()
	case isBusy(err):
		return ErrMounted
	case errors.Is(err, fs.ErrExist) && r.file.MustBeNew:
		return errExists
	case errors.Is(err, fs.ErrExist) && !r.old.Exists:
		return errChanged
	}
	return err
}

func (r *replacement) syncDirectory() error {
	if r.directory == nil {
		return nil
	}
	err := r.directory.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOTSUP) { // the file system cannot sync directories
		return nil
	}
	return err
}

// writeInPlace overwrites a file that cannot be replaced. It is the only case in which
// a crash can leave a mixture of old and new; the backup then has the old contents.
func (r *replacement) writeInPlace() error {
	err := r.overwrite(r.file.Bytes)
	if err == nil {
		r.saved.Changed = true
		return nil
	}
	if r.overwrite(r.old.Bytes) != nil {
		r.saved.Changed = true
		r.warn("the file is damaged; its old contents are in the backup")
	}
	return err
}

// overwrite first writes beyond the current end, which is the only part that needs disk
// space: if the disk is full, it fails before anything is overwritten.
func (r *replacement) overwrite(contents []byte) error {
	f, err := r.open(r.old.Target, openWrite, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	size := min(int(r.old.stat.size), len(contents))
	if _, err := f.WriteAt(contents[size:], int64(size)); err != nil {
		return err
	}
	if _, err := f.WriteAt(contents[:size], 0); err != nil {
		return err
	}
	if err := f.Truncate(int64(len(contents))); err != nil {
		return err
	}
	return f.Sync()
}

// restore restores the old file.
func (r *replacement) restore() error {
	var err error
	switch {
	case !r.saved.Changed:
		return nil
	case !r.old.Exists:
		err = r.remove(r.old.Target)
	case r.inPlace():
		err = r.overwrite(r.old.Bytes)
	case r.exchanged:
		err = r.temp.rename(r.old.Target, exchanging)
	default:
		var old *temporary
		a := access{uid: r.old.UID, gid: r.old.GID, mode: r.old.Mode, attributes: r.access.attributes}
		if old, err = r.temporary(r.old.Bytes, a, tempSuffix); err == nil {
			err = old.rename(r.old.Target, replacing)
			old.discard()
		}
	}
	if err != nil {
		return err
	}
	r.saved.Changed, r.saved.Created = false, false
	_ = r.syncDirectory() // best effort: it was already restored
	return nil
}
