package envwriter

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// listing names everything in a directory.
func listing(t testing.TB, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	must(t, err)
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}

func contents(t testing.TB, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	must(t, err)
	return string(b)
}

func modeOf(t testing.TB, path string) fs.FileMode {
	t.Helper()
	info, err := os.Lstat(path)
	must(t, err)
	return info.Mode()
}

var noon = time.Date(2026, 11, 23, 9, 45, 0, 0, time.UTC)

func TestSaveNewFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, ".env")
	saved, err := Save(path, []byte("A=1\n"), SaveOptions{})
	if err != nil || !saved.Created || !saved.Changed || saved.Backup != "" || saved.Mode != 0o600 {
		t.Fatalf("%+v, %v", saved, err)
	}
	if contents(t, path) != "A=1\n" || modeOf(t, path) != 0o600 || len(listing(t, dir)) != 1 {
		t.Errorf("%q %v %v", contents(t, path), modeOf(t, path), listing(t, dir))
	}
}

func TestSaveNewFileOfAnotherMode(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "compose.override.yaml")
	saved, err := Save(path, []byte("x"), SaveOptions{NewMode: 0o644})
	if err != nil || modeOf(t, path) != 0o644 || saved.Mode != 0o644 || saved.UID != os.Geteuid() {
		t.Errorf("%+v, %v, %v", saved, err, modeOf(t, path))
	}
}

func TestSaveKeepsTheOldFileAsABackup(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, ".env")
	write(t, path, "old\n", 0o640)
	saved, err := save(system{}, noon, path, []byte("new\n"), SaveOptions{})
	must(t, err)
	backup := path + ".20261123T094500Z.bak"
	if saved.Backup != backup || contents(t, backup) != "old\n" || modeOf(t, backup) != 0o600 {
		t.Errorf("%+v", saved)
	}
	if contents(t, path) != "new\n" || modeOf(t, path) != 0o640 {
		t.Errorf("%q %v", contents(t, path), modeOf(t, path))
	}
	// The same second again: no backup is ever written over.
	saved, err = save(system{}, noon, path, []byte("newer\n"), SaveOptions{})
	if err != nil || saved.Backup != path+".20261123T094500Z-1.bak" || contents(t, backup) != "old\n" {
		t.Errorf("%+v, %v", saved, err)
	}
}

func TestSaveKeepsFiveBackups(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, ".env")
	write(t, path, "0\n", 0o600)
	write(t, filepath.Join(dir, ".env.20200101T000000Z.bak.txt"), "", 0o600)
	write(t, filepath.Join(dir, "x.env.20200101T000000Z.bak"), "", 0o600)
	for i := range 8 {
		_, err := save(system{}, noon.Add(time.Duration(i/2)*time.Minute), path, []byte(strings.Repeat("x", i+1)), SaveOptions{})
		must(t, err)
	}
	want := []string{".env", ".env.20200101T000000Z.bak.txt", ".env.20261123T094600Z-1.bak", ".env.20261123T094700Z-1.bak", ".env.20261123T094700Z.bak",
		".env.20261123T094800Z-1.bak", ".env.20261123T094800Z.bak", "x.env.20200101T000000Z.bak"}
	if got := listing(t, dir); !slices.Equal(got, want) {
		t.Errorf("there is %q", got)
	}
}

func TestSaveTouchesNothingWhenNothingChanges(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, ".env")
	write(t, path, "A=1\n", 0o644)
	before, err := os.Stat(path)
	must(t, err)
	saved, err := Save(path, []byte("A=1\n"), SaveOptions{ReadBy: &User{UID: os.Getuid()}})
	after, _ := os.Stat(path)
	if err != nil || saved.Changed || saved.Backup != "" || !os.SameFile(before, after) || after.Mode() != before.Mode() || len(listing(t, dir)) != 1 {
		t.Errorf("%+v, %v, %v", saved, err, listing(t, dir))
	}
}

func TestSaveFollowsASymlink(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	must(t, os.MkdirAll(filepath.Join(dir, "real"), 0o700))
	target, link := filepath.Join(dir, "real", "env"), filepath.Join(dir, ".env")
	write(t, target, "old", 0o600)
	must(t, os.Symlink("real/env", link))
	saved, err := Save(link, []byte("new"), SaveOptions{})
	if err != nil || saved.Target != target || contents(t, target) != "new" || modeOf(t, link)&fs.ModeSymlink == 0 {
		t.Errorf("%+v, %v", saved, err)
	}
	if filepath.Dir(saved.Backup) != filepath.Dir(target) || len(listing(t, dir)) != 2 {
		t.Errorf("backup %s, %v", saved.Backup, listing(t, dir))
	}
}

func TestSaveRefuses(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name    string
		prepare func(t *testing.T, path string)
		want    error
	}{
		{"dangling link", func(t *testing.T, path string) { must(t, os.Symlink("nowhere", path)) }, ErrDangling},
		{"hard link", func(t *testing.T, path string) {
			write(t, path, "old", 0o600)
			must(t, os.Link(path, path+".other"))
		}, ErrHardLink},
		{"directory", func(t *testing.T, path string) { must(t, os.Mkdir(path, 0o700)) }, ErrDirectory},
		{"FIFO", func(t *testing.T, path string) { must(t, syscall.Mkfifo(path, 0o600)) }, ErrNotRegular},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			path := filepath.Join(dir, ".env")
			c.prepare(t, path)
			before := listing(t, dir)
			saved, err := Save(path, []byte("new"), SaveOptions{})
			if !errors.Is(err, c.want) || saved.Changed {
				t.Errorf("%+v, %v", saved, err)
			}
			if !slices.Equal(before, listing(t, dir)) {
				t.Errorf("there is now %v", listing(t, dir))
			}
		})
	}
}

func TestSaveNoticesAnEditMeanwhile(t *testing.T) {
	t.Parallel()
	edits := map[string]func(t *testing.T, path string){
		"other contents": func(t *testing.T, path string) { write(t, path, "edited", 0o600) },
		"other file": func(t *testing.T, path string) {
			write(t, path+"~", "old", 0o600)
			must(t, os.Rename(path+"~", path))
		},
		"touched": func(t *testing.T, path string) { must(t, os.Chtimes(path, noon, noon)) },
		"removed": func(t *testing.T, path string) { must(t, os.Remove(path)) },
	}
	for name, edit := range edits {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			path := filepath.Join(dir, ".env")
			write(t, path, "old", 0o600)
			before, err := Load(path)
			must(t, err)
			edit(t, path)
			there := listing(t, dir)
			if _, err := Save(path, []byte("new"), SaveOptions{Before: &before}); !errors.Is(err, ErrChanged) {
				t.Errorf("%v", err)
			}
			if !slices.Equal(there, listing(t, dir)) {
				t.Errorf("there is now %v", listing(t, dir))
			}
		})
	}
	t.Run("made meanwhile", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), ".env")
		before, err := Load(path)
		must(t, err)
		write(t, path, "old", 0o600)
		if _, err := Save(path, []byte("new"), SaveOptions{Before: &before}); !errors.Is(err, ErrChanged) || contents(t, path) != "old" {
			t.Errorf("%v, %q", err, contents(t, path))
		}
	})
}

func TestSaveInPlaceKeepsTheFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), ".env")
	for _, pair := range [][2]string{{"short", "a good deal longer"}, {"a good deal longer", "short"}, {"x", ""}} {
		write(t, path, pair[0], 0o644)
		before, err := os.Stat(path)
		must(t, err)
		saved, err := Save(path, []byte(pair[1]), SaveOptions{InPlace: true})
		after, _ := os.Stat(path)
		if err != nil || !os.SameFile(before, after) || contents(t, path) != pair[1] || contents(t, saved.Backup) != pair[0] || saved.Mode != 0o644 {
			t.Errorf("%+v, %v, %q", saved, err, contents(t, path))
		}
	}
}

func TestSaveReadsBackWithEveryReader(t *testing.T) {
	t.Parallel()
	for _, old := range []string{"A=1\n", ""} {
		for _, inPlace := range []bool{false, true} {
			dir := t.TempDir()
			path := filepath.Join(dir, ".env")
			if old != "" {
				write(t, path, old, 0o640)
			}
			opt := SaveOptions{Readers: pick(t, "pocket-id"), Want: []Change{{Key: "A", Value: "2"}}, InPlace: inPlace}
			saved, err := Save(path, []byte("A=3\n"), opt)
			if !errors.Is(err, ErrReadBack) || saved.Changed {
				t.Fatalf("%+v, %v", saved, err)
			}
			if old == "" {
				if len(listing(t, dir)) != 0 {
					t.Errorf("there is %v", listing(t, dir))
				}
			} else if contents(t, path) != old || modeOf(t, path) != 0o640 {
				t.Errorf("%q %v", contents(t, path), modeOf(t, path))
			}
		}
	}
}

func TestSaveRemovesLeftoversOfKilledRuns(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, ".env")
	left := filepath.Join(dir, ".envwriter-ABCDEFGHIJKLMNOPQRSTUVWXYZ.tmp")
	busy := filepath.Join(dir, ".envwriter-ABCDEFGHIJKLMNOPQRSTUVWXY2.tmp")
	foreign := filepath.Join(dir, ".envwriter-notes.tmp")
	for _, name := range []string{left, busy, foreign} {
		write(t, name, "x", 0o600)
	}
	running, err := system{}.open(busy, os.O_RDWR, 0)
	must(t, err)
	defer running.Close()
	must(t, running.lock())
	_, err = Save(path, []byte("new"), SaveOptions{})
	must(t, err)
	if got, want := listing(t, dir), []string{".env", filepath.Base(busy), filepath.Base(foreign)}; !slices.Equal(got, want) {
		t.Errorf("there is %v", got)
	}
}

func TestAccess(t *testing.T) {
	t.Parallel()
	owner := os.Getuid()
	cases := []struct {
		name string
		old  fs.FileMode
		by   *User
		want fs.FileMode
		err  error
	}{
		{"owner reads, open to all", 0o644, &User{UID: owner, GID: -2}, 0o600, nil},
		{"root reads, open to all", 0o644, &User{UID: 0}, 0o600, nil},
		{"group reads, open to all", 0o644, &User{UID: 4242, GID: os.Getgid()}, 0o640, nil},
		{"group reads by a second group", 0o664, &User{UID: 4242, GID: 4242, Groups: []int{os.Getgid()}}, 0o640, nil},
		{"somebody else reads, open to all", 0o644, &User{UID: 4242, GID: 4242}, 0o644, nil},
		{"nobody known, open to all", 0o644, nil, 0o644, nil},
		{"open to the group stays", 0o640, &User{UID: owner, GID: -2}, 0o640, nil},
		{"somebody else cannot", 0o600, &User{UID: 4242, GID: 4242}, 0, ErrUnreadable},
		{"the group cannot", 0o604, &User{UID: 4242, GID: os.Getgid()}, 0, ErrUnreadable},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if owner == 0 && c.by != nil && c.by.UID == 0 && c.by.GID == -2 {
				t.Skip("root reads everything")
			}
			path := filepath.Join(t.TempDir(), ".env")
			write(t, path, "old", c.old)
			saved, err := Save(path, []byte("new"), SaveOptions{ReadBy: c.by})
			if !errors.Is(err, c.err) || (err == nil) != (c.err == nil) {
				t.Fatalf("%v, want %v", err, c.err)
			}
			if err == nil && (modeOf(t, path) != c.want || saved.Mode != c.want) {
				t.Errorf("mode %v and %v, want %v", modeOf(t, path), saved.Mode, c.want)
			}
			if err != nil && (contents(t, path) != "old" || modeOf(t, path) != c.old) {
				t.Errorf("refused, and now %q %v", contents(t, path), modeOf(t, path))
			}
		})
	}
}

func TestSaveAll(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	must(t, os.Mkdir(at("bad"), 0o700))
	files := []FileToSave{
		SecretFile(at("password"), "pw", SaveOptions{}),
		{Path: at("bad"), Bytes: []byte("x")},
		{Path: at(".env"), Bytes: []byte("x")},
	}
	done, err := SaveAll(files)
	set := (*SetError)(nil)
	if !errors.As(err, &set) || len(done) != 0 || len(set.Saved) != 0 || set.Failed.Path != at("bad") || set.Failed.Changed || !slices.Equal(set.NotTried, []string{at(".env")}) {
		t.Fatalf("%+v, %v", done, err)
	}
	if want := at("bad") + ": open: it is a directory (nothing was changed)"; err.Error() != want {
		t.Errorf("says %s", err)
	}
	if got := listing(t, dir); !slices.Equal(got, []string{"bad"}) {
		t.Errorf("there is %v", got)
	}
	if done, err := SaveAll(slices.Delete(files, 1, 2)); err != nil || len(done) != 2 || !done[0].Created || !done[1].Created {
		t.Errorf("%+v, %v", done, err)
	}
	if contents(t, at("password")) != "pw" || modeOf(t, at("password")) != 0o600 {
		t.Errorf("%q", contents(t, at("password")))
	}
}

// However many there are of one second, the newest is the one that stays.
func TestNewestBackupOfASecondStays(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), ".env")
	write(t, path, "0\n", 0o600)
	for i := range 12 {
		before := contents(t, path)
		saved, err := save(system{}, noon, path, []byte(strings.Repeat("x", i+1)), SaveOptions{})
		must(t, err)
		if got, err := os.ReadFile(saved.Backup); err != nil || string(got) != before {
			t.Fatalf("backup %d, %s: %q, %v", i, saved.Backup, got, err)
		}
	}
}
