package atomicfile

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"smtp-wizard/internal/casetest"
)

// A secret file counts as a leftover only where nothing refers to it, and nobody
// put another one there.
func TestIsLeftover(t *testing.T) {
	t.Parallel()
	s := scenes[slices.IndexFunc(scenes, func(s scene) bool { return s.name == "secret" })]
	count := &faulty{failAt: -1}
	s.play(t, count)
	last := len(count.calls) - 1
	for count.calls[last] != "rename" { // that of the .env
		last--
	}
	another := func(path string) error {
		return errors.Join(os.WriteFile(path+"~", []byte("old+"), 0o600), os.Rename(path+"~", path))
	}
	for name, c := range map[string]struct {
		then func(secret, env string) error
		want bool
	}{
		"as it was left":  {func(_, _ string) error { return nil }, true},
		"another edit":    {func(_, env string) error { return another(env) }, true},
		"referred to":     {func(_, env string) error { return os.WriteFile(env, []byte("F=./smtp-password"), 0o600) }, false},
		".env is no file": {func(_, env string) error { return errors.Join(os.Remove(env), os.Mkdir(env, 0o700)) }, false},
		"a second name":   {func(secret, _ string) error { return os.Link(secret, secret+"2") }, false},
		"another file":    {func(secret, _ string) error { return another(secret) }, false},
		"a link": {func(secret, _ string) error {
			return errors.Join(os.Rename(secret, secret+"2"), os.Symlink(secret+"2", secret))
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, _, _ := s.play(t, &faulty{failAt: last, err: syscall.EIO, killed: true})
			secret, env := filepath.Join(dir, "smtp-password"), filepath.Join(dir, ".env")
			casetest.Must(t, c.then(secret, env))
			if got := IsLeftover(Own{}, secret); got != c.want {
				t.Errorf("%v, %v", got, listing(t, dir))
			}
			_, err := save(own, filepath.Join(dir, "other"), "x", File{})
			casetest.Must(t, err)
			if _, err := os.Lstat(secret); errors.Is(err, os.ErrNotExist) != c.want {
				t.Errorf("then %v, %v", err, listing(t, dir))
			}
		})
	}
}

// A signal that would end the process waits for the end of the save, and so does who
// calls Wait.
func TestSignalInTheMiddle(t *testing.T) {
	path := filepath.Join(t.TempDir(), ".env")
	write(t, path, "old", 0o600)
	waited := make(chan bool)
	_, err := save(hooked{own, func(to string) error {
		if to != path {
			return nil
		}
		go func() { Wait(); close(waited) }()
		return errors.Join(syscall.Kill(os.Getpid(), syscall.SIGHUP), syscall.Kill(os.Getpid(), syscall.SIGTERM))
	}}, path, "new", File{})
	casetest.Must(t, err)
	is(t, path, "new", 0o600)
	<-waited
}

func TestSaveWithAUmaskThatTakesAll(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0o777)) // of the whole process: no parallel test runs meanwhile
	for old, mode := range map[string]os.FileMode{"old": 0o600, "": 0o600, "open": 0o640} {
		path := filepath.Join(t.TempDir(), ".env")
		casetest.Must(t, os.Chmod(filepath.Dir(path), 0o700))
		if old != "" {
			write(t, path, old, mode)
		}
		saved, err := save(own, path, "new", File{})
		casetest.Must(t, err)
		is(t, path, "new", mode)
		if old != "" {
			is(t, saved.Backup, old, 0o600)
		}
	}
}
