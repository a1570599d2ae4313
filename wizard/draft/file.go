package draft

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strings"
	"syscall"

	"smtp-wizard/internal/lazy"
)

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

// directory makes the drafts' directory and returns its path.
func directory(getenv func(string) string) (string, error) {
	state, err := stateHome(getenv("XDG_STATE_HOME"), getenv("HOME"))
	if err == nil && os.Geteuid() == 0 && !isRoots(state) {
		// As after sudo: nothing of root's is left in a user's home.
		var root *user.User
		if root, err = user.LookupId("0"); err == nil {
			state, err = stateHome("", root.HomeDir)
		}
		if err == nil && !isRoots(state) {
			err = fmt.Errorf("%s is not root's alone", state)
		}
	}
	if err != nil {
		return "", err
	}
	dir := filepath.Join(state, "smtp-wizard")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	return dir, private(dir)
}

// stateHome is where programs keep their state. A relative XDG_STATE_HOME is ignored,
// as the XDG base directory specification asks.
func stateHome(state, home string) (string, error) {
	if filepath.IsAbs(state) {
		return state, nil
	}
	if !filepath.IsAbs(home) {
		return "", fmt.Errorf("the home directory %q is not an absolute path", home)
	}
	return filepath.Join(home, ".local", "state"), nil
}

// isRoots reports whether every directory down to a path, as far as there are some,
// belongs to root, symlinks followed and not.
func isRoots(path string) bool {
	for dir := path; ; dir = filepath.Dir(dir) {
		info, err := os.Lstat(dir)
		if err == nil && info.Mode()&fs.ModeSymlink != 0 {
			real, err := filepath.EvalSymlinks(dir)
			if err != nil || !isRoots(real) {
				return false
			}
		}
		if err == nil && info.Sys().(*syscall.Stat_t).Uid != 0 {
			return false
		}
		if dir == filepath.Dir(dir) {
			return true
		}
	}
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

var unreadable = lazy.Compile(`[^A-Za-z0-9_.-]`)

// fileName tells a reader which .env it is of, and the hash tells two of the
// same name apart.
func fileName(env string) string {
	name := unreadable.ReplaceAllString(filepath.Base(filepath.Dir(env))+"_"+filepath.Base(env), "_")
	sum := sha256.Sum256([]byte(env))
	name = strings.TrimLeft(name, ".")
	return name[max(len(name)-48, 0):] + "-" + hex.EncodeToString(sum[:8]) + ".json"
}
