package envwriter

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestMustBeNew(t *testing.T) {
	t.Parallel()
	for name, prepare := range map[string]func(path string) error{
		"file":          func(path string) error { return os.WriteFile(path, []byte("old"), 0o600) },
		"same contents": func(path string) error { return os.WriteFile(path, []byte("new"), 0o600) },
		"dangling link": func(path string) error { return os.Symlink("nowhere", path) },
		"link":          func(path string) error { return os.Symlink(os.Args[0], path) },
		"directory":     func(path string) error { return os.Mkdir(path, 0o700) },
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, "compose.override.yaml")
		must(t, prepare(path))
		before := modeOf(t, path)
		saved, err := Save(path, []byte("new"), SaveOptions{MustBeNew: true})
		if !errors.Is(err, ErrExists) || saved.Changed || modeOf(t, path) != before || len(listing(t, dir)) != 1 {
			t.Errorf("%s: %+v, %v, %v", name, saved, err, listing(t, dir))
		}
	}
	path := filepath.Join(t.TempDir(), "new")
	if saved, err := Save(path, []byte("new"), SaveOptions{MustBeNew: true}); err != nil || !saved.Created {
		t.Errorf("%+v, %v", saved, err)
	}
}

// One that is made while the save is under way is not replaced either.
func TestMustBeNewMeanwhile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x")
	m := &meddler{system{}, 1, func() { write(t, path, "theirs", 0o600) }}
	if _, err := save(m, noon, path, []byte("new"), SaveOptions{MustBeNew: true}); !errors.Is(err, ErrExists) || contents(t, path) != "theirs" {
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
		_, err := SaveAll([]FileToSave{SecretFile(link, "pw", SaveOptions{ReadBy: &User{UID: os.Getuid()}, GiveToReader: true})})
		if !errors.Is(err, ErrSymlink) || contents(t, target) != "root's" || modeOf(t, link)&fs.ModeSymlink == 0 {
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
	_, err := save(&swapping{system{}, path}, noon, path, []byte("pw"), SaveOptions{Secret: true})
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
		opt        SaveOptions
		want       error
	}{
		{owner: 0, run: 0, by: nil},
		{owner: 4001, run: 0, by: &User{UID: 4001}},
		{owner: 4001, run: 4001, by: nil},
		{owner: 4001, run: 4001, by: &User{UID: 0}},
		{owner: 4002, run: 0, by: &User{UID: 4001}, want: ErrForeign},
		{owner: 4002, run: 0, by: nil, want: ErrForeign},
		{owner: 4002, run: 4001, by: &User{UID: 4001}, want: ErrForeign},
		{owner: 0, run: 0, by: &User{UID: 4001, GID: -2}, want: ErrUnreadable},
		{owner: 0, run: 0, by: &User{UID: 4001, GID: -2}, opt: SaveOptions{GiveToReader: true}, want: ErrUnreadable},
		{owner: 0, run: 0, by: &User{UID: 4001, GID: -2}, opt: SaveOptions{GiveExisting: true}, want: ErrUnreadable},
		{owner: 0, run: 0, by: &User{UID: 4001, GID: -2}, opt: SaveOptions{GiveToReader: true, GiveExisting: true}},
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, "password")
		write(t, path, "old", 0o600)
		opt := c.opt
		opt.ReadBy = c.by
		f := SecretFile(path, "new", opt)
		_, err := save(owned{system{}, path, c.owner, c.run}, noon, path, f.Bytes, f.Options)
		if !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
			t.Errorf("%+v: %v", c, err)
		}
		if err != nil && contents(t, path) != "old" {
			t.Errorf("%+v: %q", c, contents(t, path))
		}
	}
}
