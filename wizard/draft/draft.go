// Package draft keeps an unfinished guide on disk, so that a dropped SSH line
// loses no answer. Secrets are never part of it.
//
// There is one draft for each .env, in $XDG_STATE_HOME/smtp-wizard (else
// ~/.local/state/smtp-wizard): a file of mode 0600 in a directory of mode 0700.
package draft

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

// UnavailableError says that no draft can be kept. The guide works without one.
type UnavailableError struct{ Err error }

func (e *UnavailableError) Error() string {
	return "no draft is kept: " + e.Err.Error()
}

func (e *UnavailableError) Unwrap() error { return e.Err }

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
	env, err := resolve(envPath)
	if err != nil {
		return nil, &UnavailableError{err}
	}
	dir, err := directory()
	if err != nil {
		return nil, &UnavailableError{err}
	}
	d := &Draft{env: env, path: filepath.Join(dir, fileName(env))}
	d.lock, err = acquire(d.path + ".lock")
	var inUse *InUseError
	switch {
	case errors.As(err, &inUse):
		return nil, err
	case err != nil:
		return nil, &UnavailableError{err}
	}
	return d, nil
}

// Path is where the draft is saved.
func (d *Draft) Path() string { return d.path }

// Load returns the saved state, fills answers, which points to what was saved, and
// reports whether there is one. A
// draft that cannot be read, or is of another version, counts as none and is put
// aside. It is for Machine.Resume, and the secrets that are missing for
// Machine.AskAgain.
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
	if d.closed {
		return &UnavailableError{errors.New("the draft is closed")}
	}
	f, err := onDisk(s, d.env, d.missing)
	if err != nil {
		return &UnavailableError{err}
	}
	body, err := encode(f)
	if err != nil {
		return &UnavailableError{err}
	}
	if bytes.Equal(body, d.last) {
		return nil
	}
	f.SavedAt = time.Now().UTC()
	dated, err := encode(f)
	if err != nil {
		return &UnavailableError{err}
	}
	if err := replace(d.path, dated); err != nil {
		return &UnavailableError{err}
	}
	d.last = body
	return nil
}

// Remove deletes the draft, as after the guide is done.
func (d *Draft) Remove() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.last = nil
	if err := os.Remove(d.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
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

// resolve is the one absolute path that all ways to name a .env lead to.
func resolve(envPath string) (string, error) {
	abs, err := filepath.Abs(envPath)
	if err != nil {
		return "", err
	}
	if real, err := filepath.EvalSymlinks(abs); err == nil {
		return real, nil
	}
	// The file is not there yet, its directory may be.
	if dir, err := filepath.EvalSymlinks(filepath.Dir(abs)); err == nil {
		return filepath.Join(dir, filepath.Base(abs)), nil
	}
	return abs, nil
}

// directory makes the drafts' directory and returns its path. A relative
// XDG_STATE_HOME is ignored, as the XDG base directory specification asks.
func directory() (string, error) {
	state := os.Getenv("XDG_STATE_HOME")
	if !filepath.IsAbs(state) {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", err
		}
		if !filepath.IsAbs(home) {
			return "", fmt.Errorf("the home directory %q is not an absolute path", home)
		}
		state = filepath.Join(home, ".local", "state")
	}
	if err := os.MkdirAll(state, 0o700); err != nil {
		return "", err
	}
	dir := filepath.Join(state, "smtp-wizard")
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", err
	}
	return dir, private(dir)
}

// private makes sure that nobody else can put a file or a link into dir.
func private(dir string) error {
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return fmt.Errorf("%s is not a directory", dir)
	}
	if owner, ok := info.Sys().(*syscall.Stat_t); ok && int(owner.Uid) != os.Geteuid() {
		return fmt.Errorf("%s belongs to another user", dir)
	}
	if info.Mode().Perm() != 0o700 {
		return os.Chmod(dir, 0o700)
	}
	return nil
}

// fileName tells a reader which .env it is of, and the hash tells two of the
// same name apart.
func fileName(env string) string {
	readable := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_', r == '.':
			return r
		}
		return '_'
	}, filepath.Base(filepath.Dir(env))+"_"+filepath.Base(env))
	readable = strings.TrimLeft(readable, ".")
	if len(readable) > 48 {
		readable = readable[len(readable)-48:]
	}
	sum := sha256.Sum256([]byte(env))
	return readable + "-" + hex.EncodeToString(sum[:8]) + ".json"
}
