// Package draft keeps an unfinished guide on disk, so that a dropped SSH line
// loses no answer. Secrets are never part of it.
//
// There is one draft for each .env, in $XDG_STATE_HOME/smtp-wizard (else
// ~/.local/state/smtp-wizard): a file of mode 0600 in a directory of mode 0700.
package draft

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

// Draft is the saved state of one .env, locked against a second instance. Its
// methods may be called from any goroutine.
type Draft struct {
	env  string // absolute path of the .env
	path string
	lock *os.File

	mu      sync.Mutex
	missing bool   // the password that the loaded draft lacks may not be typed yet
	aside   string // where an unreadable one is now
}

// Open locks the draft of a .env, which is where that environment keeps state. The
// error is ErrInUse when another instance has it; with any other the guide works
// without a draft.
func Open(envPath string, getenv func(string) string) (*Draft, error) {
	d := &Draft{}
	err := d.open(envPath, getenv)
	switch {
	case errors.Is(err, ErrInUse):
		return nil, err
	case err != nil:
		return nil, fmt.Errorf("no draft is kept: %w", err)
	}
	return d, nil
}

func (d *Draft) open(envPath string, getenv func(string) string) (err error) {
	if d.env, err = resolve(envPath); err != nil {
		return err
	}
	dir, err := directory(getenv)
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
// version, counts as none and is put aside.
func (d *Draft) Load(answers any) (Snapshot, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	data, err := os.ReadFile(d.path)
	if errors.Is(err, fs.ErrNotExist) {
		return Snapshot{}, false
	}
	var saved Snapshot
	var env string
	if err == nil {
		saved, env, err = decode(data, answers)
	}
	if err != nil || env != d.env {
		if aside := d.path + ".unreadable"; os.Rename(d.path, aside) == nil {
			d.aside = aside
		}
		return Snapshot{}, false
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

// Save replaces the draft, at once or not at all.
func (d *Draft) Save(s Snapshot) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	s.Missing = s.Missing || d.missing
	data, err := encode(s, d.env)
	if err != nil {
		return err
	}
	// The lock is held, so the temporary's name can be fixed, and one left by a
	// killed run is replaced.
	temp := d.path + ".tmp"
	if err := os.WriteFile(temp, data, 0o600); err != nil {
		return errors.Join(err, os.Remove(temp))
	}
	return os.Rename(temp, d.path)
}

// Remove deletes the draft, as after the guide is done.
func (d *Draft) Remove() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := os.Remove(d.path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// recipientFile has the inbox that tests are sent to, for the next guide.
const recipientFile = "test-recipient"

// Recipient is the inbox that the last guide's test was sent to, or "".
func (d *Draft) Recipient() string {
	text, _ := os.ReadFile(filepath.Join(filepath.Dir(d.path), recipientFile))
	return string(text)
}

// KeepRecipient keeps it for the next guide.
func (d *Draft) KeepRecipient(address string) error {
	return os.WriteFile(filepath.Join(filepath.Dir(d.path), recipientFile), []byte(address), 0o600)
}

// Close lets another instance have the draft. The draft itself stays.
func (d *Draft) Close() error { return release(d.lock, d.path+".lock") }
