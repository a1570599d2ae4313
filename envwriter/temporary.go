package envwriter

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
	s    *saver
	file handle
	path string // empty once it is renamed
}

func (t *temporary) discard() {
	if t.path != "" {
		_ = t.s.remove(t.path)
	}
	_ = t.file.Close()
}

// temporary writes contents to a new file in the target's directory and forces
// them to disk.
func (s *saver) temporary(contents []byte, a access) (*temporary, error) {
	t, err := s.create()
	if err != nil {
		return nil, err
	}
	if err := t.fill(contents, a); err != nil {
		t.discard()
		return nil, err
	}
	return t, nil
}

// create makes an empty file that only its owner may read. Between its creation and its
// lock another run may take it for a leftover; then another one is made.
func (s *saver) create() (*temporary, error) {
	for range 100 {
		path := filepath.Join(s.folder, ".envwriter-"+rand.Text()+".tmp")
		f, err := s.open(path, openNew, 0o600)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		t := &temporary{s: s, file: f, path: path}
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

func (t *temporary) fill(contents []byte, a access) error {
	if _, err := t.file.WriteAt(contents, 0); err != nil {
		return err
	}
	if err := a.apply(t.file); err != nil {
		return err
	}
	return t.file.sync()
}

// sweep removes what killed runs left in the directory.
func (s *saver) sweep() {
	names, err := s.list(s.folder)
	if err != nil {
		return // the directory may be written to but not read; nothing is lost by a leftover
	}
	for _, name := range names {
		if temporaryName.MatchString(name) {
			s.sweepOne(filepath.Join(s.folder, name))
		}
	}
}

func (s *saver) sweepOne(path string) {
	seen, err := s.lstat(path)
	if err != nil || !seen.mode.IsRegular() {
		return
	}
	f, err := s.open(path, openRead, 0)
	if err != nil {
		return
	}
	defer f.Close()
	if f.lock() == nil {
		_ = s.remove(path)
	}
}
