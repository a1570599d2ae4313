package atomicfile

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
)

const (
	openRead  = os.O_RDONLY
	openNew   = os.O_WRONLY | os.O_CREATE | os.O_EXCL
	openWrite = os.O_WRONLY
)

// temporaryName is what temporary files are called, and nothing else is.
var temporaryName = regexp.MustCompile(`^\.envwriter-[A-Z2-7]{26}\.tmp$`)

// A temporary is a finished file that does not have its name yet. It is locked
// while its process lives: one that is not was left by a killed run.
type temporary struct {
	disk
	file handle
	path string // empty once it is renamed
}

// rename gives the file its name. Without replace it fails with fs.ErrExist
// where there is one already.
func (t *temporary) rename(to string, replace bool) error {
	err := t.disk.rename(t.path, to, replace)
	if err == nil {
		t.path = ""
	}
	return err
}

// discard closes the file, and removes it where it was not renamed.
func (t *temporary) discard() {
	if t == nil {
		return
	}
	if t.path != "" {
		_ = t.remove(t.path)
	}
	_ = t.file.Close()
}

// temporary writes contents to a new file in the target's directory and forces
// them to disk.
func (r *replacement) temporary(contents []byte, a access) (*temporary, error) {
	t, err := r.createTemporary()
	if err != nil {
		return nil, err
	}
	_, err = t.file.WriteAt(contents, 0)
	if err == nil {
		err = a.apply(t.file)
	}
	if err == nil {
		err = t.file.sync()
	}
	if err != nil {
		t.discard()
		return nil, err
	}
	return t, nil
}

// createTemporary makes an empty file that only its owner may read. Between its creation
// and its lock another run may take it for a leftover; then another one is made.
func (r *replacement) createTemporary() (*temporary, error) {
	for range 100 {
		path := filepath.Join(r.folder, ".envwriter-"+rand.Text()+".tmp")
		f, err := r.open(path, openNew, 0o600)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		t := &temporary{disk: r.disk, file: f, path: path}
		lockErr := f.lock()
		made, err := f.stat()
		if err == nil && made.links == 1 && !isBusy(lockErr) { // without locks nobody takes it for a leftover
			return t, nil
		}
		t.discard()
		if err != nil {
			return nil, err
		}
	}
	return nil, errors.New("another program keeps removing it")
}

// sweep removes what killed runs left in the directory.
func (r *replacement) sweep() {
	names, err := r.list(r.folder)
	if err != nil {
		return // the directory may be written to but not read; nothing is lost by a leftover
	}
	for _, name := range names {
		if temporaryName.MatchString(name) {
			r.sweepOne(filepath.Join(r.folder, name))
		}
	}
}

func (r *replacement) sweepOne(path string) {
	seen, err := r.lstat(path)
	if err != nil || !seen.mode.IsRegular() {
		return
	}
	f, err := r.open(path, openRead, 0)
	if err != nil {
		return
	}
	defer f.Close()
	if f.lock() == nil {
		_ = r.remove(path)
	}
}
