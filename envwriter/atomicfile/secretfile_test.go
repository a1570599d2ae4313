package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"smtp-wizard/internal/casetest"
)

func TestSecretFileIsNotWrittenThroughALink(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	target, link := filepath.Join(dir, "passwd"), filepath.Join(dir, "password")
	write(t, target, "root's", 0o644)
	for _, to := range []string{target, "nowhere"} {
		_ = os.Remove(link)
		casetest.Must(t, os.Symlink(to, link))
		_, err := save(own, link, "pw", File{Secret: true, ReadBy: &User{UID: os.Getuid()}})
		if !errors.Is(err, errSymlink) || modeOf(t, link)&fs.ModeSymlink == 0 {
			t.Errorf("%s: %v", to, err)
		}
		is(t, target, "root's", 0o644)
	}
	holds(t, dir, "passwd", "password")
}

// swapping makes a symlink into a file between two looks at it.
type swapping struct {
	disk
	path string
}

func (d *swapping) open(path string, flags int, mode fs.FileMode) (handle, error) {
	f, err := d.disk.open(path, flags, mode)
	if flags == openRead && filepath.Base(path) == "passwd" {
		_ = os.Remove(d.path)
		_ = os.WriteFile(d.path, []byte("a file"), 0o600)
	}
	return f, err
}

func (d *swapping) lstat(path string) (stat, error) {
	s, err := d.disk.lstat(path)
	if path == d.path && s.mode.IsRegular() && s.size == 0 {
		_ = os.Remove(path)
		_ = os.Symlink("passwd", path)
	}
	return s, err
}

func TestSecretFileIsALinkForAMoment(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "password")
	write(t, filepath.Join(dir, "passwd"), "root's", 0o644)
	write(t, path, "", 0o600)
	if _, err := save(&swapping{own, path}, path, "pw", File{Secret: true}); err == nil {
		t.Error("it is saved")
	}
	is(t, filepath.Join(dir, "passwd"), "root's", 0o644)
}

func TestSecretFileOfSomebodyElse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		owner, run int
		by         *User
		want       error
	}{
		{owner: 0, run: 0, by: nil},
		{owner: 4001, run: 0, by: &User{UID: 4001}},
		{owner: 4001, run: 4001, by: nil},
		{owner: 4001, run: 4001, by: &User{UID: 0}},
		{owner: 4002, run: 0, by: &User{UID: 4001}, want: errForeign},
		{owner: 4002, run: 0, by: nil, want: errForeign},
		{owner: 4002, run: 4001, by: &User{UID: 4001}, want: errForeign},
		{owner: 0, run: 0, by: &User{UID: 4001, GID: -2}, want: errUnreadable},
	} {
		path := filepath.Join(t.TempDir(), "password")
		write(t, path, "old", 0o600)
		d := shown{disk: own, path: path, run: c.run, stat: func(s *stat) { s.uid = c.owner }}
		_, err := save(d, path, "new", File{Secret: true, ReadBy: c.by})
		if !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
			t.Errorf("%+v: %v", c, err)
		}
		if err != nil {
			is(t, path, "old", 0o600)
		}
	}
}
