// Package draft keeps an unfinished guide on disk, so that a dropped SSH line
// loses no answer. Secrets are never part of it.
//
// There is one draft for each .env, in $XDG_STATE_HOME/smtp-wizard (else
// ~/.local/state/smtp-wizard): a file of mode 0600 in a directory of mode 0700.
package draft

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// UnavailableError says that no draft can be kept. The guide works without one.
type UnavailableError struct{ Err error }

func (e *UnavailableError) Error() string { return "no draft is kept: " + e.Err.Error() }

func (e *UnavailableError) Unwrap() error { return e.Err }

// unavailable is what kept a draft from being saved, as an *UnavailableError. One
// that is in use is not unavailable.
func unavailable(err error) error {
	var inUse *InUseError
	if err == nil || errors.As(err, &inUse) {
		return err
	}
	return &UnavailableError{err}
}

// Draft is the saved state of one .env, locked against a second instance. Its
// methods may be called from any goroutine.
type Draft struct {
	env  string // absolute path of the .env
	path string
	lock *os.File

	mu      sync.Mutex
	last    []byte    // what was saved last, without its time
	missing []Missing // secrets of the loaded draft that are to be asked again
	aside   string    // where an unreadable one is now
	closed  bool
}

// Open locks the draft of a .env. The error is an *InUseError when another
// instance has it, else an *UnavailableError.
func Open(envPath string) (*Draft, error) {
	d := &Draft{}
	err := d.open(envPath)
	if err != nil {
		return nil, unavailable(err)
	}
	return d, nil
}

func (d *Draft) open(envPath string) (err error) {
	if d.env, err = resolve(envPath); err != nil {
		return err
	}
	dir, err := directory()
	if err != nil {
		return err
	}
	d.path = filepath.Join(dir, fileName(d.env))
	d.lock, err = acquire(d.path + ".lock")
	return err
}

// Path is where the draft is saved.
func (d *Draft) Path() string { return d.path }

// Load returns the saved state, fills answers, which points to what was saved,
// and reports whether there is one. A draft that cannot be read, or is of another
// version, counts as none and is put aside. It is for Machine.Resume, and the
// secrets that are missing for Machine.AskAgain.
func (d *Draft) Load(answers any) (Saved, bool) {
	data, err := readBounded(d.path)
	if errors.Is(err, fs.ErrNotExist) {
		return Saved{}, false
	}
	var saved Saved
	var env string
	if err == nil {
		saved, env, err = decode(data, answers)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if err != nil || env != d.env {
		if aside := d.path + ".unreadable"; os.Rename(d.path, aside) == nil {
			d.aside = aside
		}
		return Saved{}, false
	}
	d.missing = saved.Missing
	return saved, true
}

// Aside is where a draft was moved that could not be read, or "".
func (d *Draft) Aside() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.aside
}

// Save replaces the draft, at once or not at all. It writes nothing when
// nothing that a draft keeps has changed.
func (d *Draft) Save(s Snapshot) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return unavailable(d.save(s))
}

func (d *Draft) save(s Snapshot) error {
	if d.closed {
		return errors.New("the draft is closed")
	}
	f, err := onDisk(s, d.env, d.missing)
	if err != nil {
		return err
	}
	body, err := encode(f)
	if err != nil || bytes.Equal(body, d.last) {
		return err
	}
	f.SavedAt = time.Now().UTC()
	dated, err := encode(f)
	if err != nil {
		return err
	}
	if err := replace(d.path, dated); err != nil {
		return err
	}
	d.last = body
	return nil
}

// Remove deletes the draft, as after the guide is done.
func (d *Draft) Remove() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.last = nil
	if err := os.Remove(d.path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Close lets another instance have the draft. The draft itself stays.
func (d *Draft) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return nil
	}
	d.closed = true
	return release(d.lock, d.path+".lock")
}
