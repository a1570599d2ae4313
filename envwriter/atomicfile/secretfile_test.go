package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// One that is made while the save is under way is not replaced either.
func TestMustBeNewMeanwhile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x")
	m := &meddler{system{}, 1, func() { write(t, path, "theirs", 0o600) }}
	if _, err := save(m, path, "new", File{MustBeNew: true}); !errors.Is(err, errExists) || contents(t, path) != "theirs" {
		t.Errorf("%v, %q", err, contents(t, path))
	}
}

func TestSecretFileIsNotWrittenThroughALink(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	target, link := filepath.Join(dir, "passwd"), filepath.Join(dir, "password")
	write(t, target, "root's", 0o644)
	for _, to := range []string{target, "nowhere"} {
		_ = os.Remove(link)
		must(t, os.Symlink(to, link))
		_, err := save(system{}, link, "pw", File{Secret: true, ReadBy: &User{UID: os.Getuid()}})
		if !errors.Is(err, errSymlink) || contents(t, target) != "root's" || modeOf(t, link)&fs.ModeSymlink == 0 {
			t.Errorf("%s: %v", to, err)
		}
	}
	if got := listing(t, dir); !slices.Equal(got, []string{"passwd", "password"}) {
		t.Errorf("there is %v", got)
	}
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
	_, err := save(&swapping{system{}, path}, path, "pw", File{Secret: true})
	if err == nil || contents(t, filepath.Join(dir, "passwd")) != "root's" {
		t.Errorf("%v, %q", err, contents(t, filepath.Join(dir, "passwd")))
	}
}

// owned shows a file as somebody else's, to a user who is not root or root.
type owned struct {
	disk
	path       string
	owner, run int
}

func (d owned) uid() int { return d.run }

func (d owned) lstat(path string) (stat, error) {
	s, err := d.disk.lstat(path)
	if path == d.path {
		s.uid = d.owner
	}
	return s, err
}

func (d owned) open(path string, flags int, mode fs.FileMode) (handle, error) {
	f, err := d.disk.open(path, flags, mode)
	return ownedFile{f, path == d.path, d.owner}, err
}

type ownedFile struct {
	handle
	here  bool
	owner int
}

func (f ownedFile) chown(int, int) error { return nil }

func (f ownedFile) stat() (stat, error) {
	s, err := f.handle.stat()
	if f.here {
		s.uid = f.owner
	}
	return s, err
}

func TestSecretFileOfSomebodyElse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		owner, run int
		by         *User
		give       bool
		want       error
	}{
		{owner: 0, run: 0, by: nil},
		{owner: 4001, run: 0, by: &User{UID: 4001}},
		{owner: 4001, run: 4001, by: nil},
		{owner: 4001, run: 4001, by: &User{UID: 0}},
		{owner: 4002, run: 0, by: &User{UID: 4001}, want: errForeign},
		{owner: 4002, run: 0, by: nil, want: errForeign},
		{owner: 4002, run: 4001, by: &User{UID: 4001}, want: errForeign},
		{owner: 0, run: 0, by: &User{UID: 4001, GID: -2}, want: ErrUnreadable},
		{owner: 0, run: 0, by: &User{UID: 4001, GID: -2}, give: true},
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, "password")
		write(t, path, "old", 0o600)
		_, err := save(owned{system{}, path, c.owner, c.run}, path, "new", File{Secret: true, ReadBy: c.by, GiveExisting: c.give})
		if !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
			t.Errorf("%+v: %v", c, err)
		}
		if err != nil && contents(t, path) != "old" {
			t.Errorf("%+v: %q", c, contents(t, path))
		}
	}
}
