package atomicfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"smtp-wizard/internal/casetest"
)

func TestSaveNewFile(t *testing.T) {
	t.Parallel()
	for want, f := range map[fs.FileMode]File{0o600: {}, 0o644: {NewMode: 0o644}} {
		dir := t.TempDir()
		path := filepath.Join(dir, ".env")
		saved, err := save(own, path, "A=1\n", f)
		if err != nil || !saved.Created || !saved.Changed || saved.Backup != "" {
			t.Fatalf("%+v, %v", saved, err)
		}
		is(t, path, "A=1\n", want)
		holds(t, dir, ".env")
	}
}

func TestSaveKeepsTheOldFileAsABackup(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), ".env")
	write(t, path, "old\n", 0o640)
	saved, err := save(own, path, "new\n", File{})
	casetest.Must(t, err)
	if saved.Backup != path+noonBackup {
		t.Errorf("%+v", saved)
	}
	is(t, saved.Backup, "old\n", 0o600)
	is(t, path, "new\n", 0o640)
	// The same second again, and again: no backup is ever written over, and the
	// newest is the one that stays.
	for i := range 12 {
		before := contents(t, path)
		saved, err := save(own, path, strings.Repeat("x", i+1), File{})
		casetest.Must(t, err)
		if want := fmt.Sprintf("%s.20261123T094500Z-%d.bak", path, i+1); saved.Backup != want {
			t.Errorf("the backup is %s, want %s", saved.Backup, want)
		}
		is(t, saved.Backup, before, 0o600)
	}
}

func TestSaveKeepsFiveBackups(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, ".env")
	for _, name := range []string{".env", ".env.20200101T000000Z.bak.txt", "x.env.20200101T000000Z.bak"} {
		write(t, filepath.Join(dir, name), "", 0o600)
	}
	for i := range 8 {
		_, err := saveAll(own, noon.Add(time.Duration(i/2)*time.Minute), []File{{Path: path, Bytes: []byte(strings.Repeat("x", i+1))}})
		casetest.Must(t, err)
	}
	holds(t, dir, ".env", ".env.20200101T000000Z.bak.txt", ".env.20261123T094600Z-1.bak", ".env.20261123T094700Z-1.bak", ".env.20261123T094700Z.bak",
		".env.20261123T094800Z-1.bak", ".env.20261123T094800Z.bak", "x.env.20200101T000000Z.bak")
}

func TestSaveTouchesNothingWhenNothingChanges(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, ".env")
	write(t, path, "A=1\n", 0o644)
	before, err := os.Stat(path)
	casetest.Must(t, err)
	saved, err := save(own, path, "A=1\n", File{ReadBy: &User{UID: os.Getuid()}})
	after, _ := os.Stat(path)
	if err != nil || saved.Changed || saved.Backup != "" || !os.SameFile(before, after) || after.Mode() != before.Mode() {
		t.Errorf("%+v, %v", saved, err)
	}
	holds(t, dir, ".env")
}

func TestSaveFollowsASymlink(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	casetest.Must(t, os.MkdirAll(filepath.Join(dir, "real"), 0o700))
	target, link := filepath.Join(dir, "real", "env"), filepath.Join(dir, ".env")
	write(t, target, "old", 0o600)
	casetest.Must(t, os.Symlink("real/env", link))
	saved, err := save(own, link, "new", File{})
	if err != nil || saved.Backup != target+noonBackup || modeOf(t, link)&fs.ModeSymlink == 0 {
		t.Errorf("%+v, %v", saved, err)
	}
	is(t, target, "new", 0o600)
	holds(t, dir, ".env", "real")
}

func TestSaveRefuses(t *testing.T) {
	t.Parallel()
	file := func(contents string) func(string) error {
		return func(path string) error { return os.WriteFile(path, []byte(contents), 0o600) }
	}
	dangling := func(path string) error { return os.Symlink("nowhere", path) }
	directory := func(path string) error { return os.Mkdir(path, 0o700) }
	for name, c := range map[string]struct {
		prepare func(path string) error
		file    File
		want    error
	}{
		"dangling link": {dangling, File{}, errDangling},
		"hard link":     {func(path string) error { return errors.Join(file("old")(path), os.Link(path, path+".other")) }, File{}, errHardLink},
		"directory":     {directory, File{}, errDirectory},
		"FIFO":          {func(path string) error { return syscall.Mkfifo(path, 0o600) }, File{}, errNotRegular},

		"new: file":          {file("old"), File{MustBeNew: true}, errExists},
		"new: same contents": {file("new"), File{MustBeNew: true}, errExists},
		"new: dangling link": {dangling, File{MustBeNew: true}, errExists},
		"new: link":          {func(path string) error { return os.Symlink(os.Args[0], path) }, File{MustBeNew: true}, errExists},
		"new: directory":     {directory, File{MustBeNew: true}, errExists},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			path := filepath.Join(dir, ".env")
			casetest.Must(t, c.prepare(path))
			there, mode := listing(t, dir), modeOf(t, path)
			saved, err := save(own, path, "new", c.file)
			if !errors.Is(err, c.want) || saved.Changed || modeOf(t, path) != mode {
				t.Errorf("%+v, %v", saved, err)
			}
			holds(t, dir, there...)
		})
	}
	if saved, err := save(own, filepath.Join(t.TempDir(), "new"), "new", File{MustBeNew: true}); err != nil || !saved.Created {
		t.Errorf("%+v, %v", saved, err)
	}
}

func TestSaveNoticesAnEditMeanwhile(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		old  string // empty: there is no file
		edit func(path string) error
	}{
		"other contents": {"old", func(path string) error { return os.WriteFile(path, []byte("edited"), 0o600) }},
		"other file": {"old", func(path string) error {
			return errors.Join(os.WriteFile(path+"~", []byte("old"), 0o600), os.Rename(path+"~", path))
		}},
		"touched": {"old", func(path string) error { return os.Chtimes(path, noon, noon) }},
		"removed": {"old", os.Remove},
		"made":    {"", func(path string) error { return os.WriteFile(path, []byte("made"), 0o600) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			path := filepath.Join(dir, ".env")
			if c.old != "" {
				write(t, path, c.old, 0o600)
			}
			before, err := Load(path)
			casetest.Must(t, err)
			casetest.Must(t, c.edit(path))
			there := listing(t, dir)
			if _, err := save(own, path, "new", File{Before: &before}); !errors.Is(err, errChanged) {
				t.Errorf("%v", err)
			}
			holds(t, dir, there...)
			if b, _ := os.ReadFile(path); string(b) == "new" {
				t.Error("it was replaced")
			}
		})
	}
}

func TestSaveInPlaceKeepsTheFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), ".env")
	for _, pair := range [][2]string{{"short", "a good deal longer"}, {"a good deal longer", "short"}, {"x", ""}} {
		write(t, path, pair[0], 0o644)
		before, err := os.Stat(path)
		casetest.Must(t, err)
		saved, err := save(own, path, pair[1], File{InPlace: true})
		after, _ := os.Stat(path)
		if err != nil || !os.SameFile(before, after) || contents(t, saved.Backup) != pair[0] {
			t.Errorf("%+v, %v", saved, err)
		}
		is(t, path, pair[1], 0o644)
	}
}

func TestSaveRemovesLeftoversOfKilledRuns(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	const left, foreign = ".envwriter-ABCDEFGHIJKLMNOPQRSTUVWXYZ.tmp", ".envwriter-notes.tmp"
	for _, name := range []string{left, foreign} {
		write(t, filepath.Join(dir, name), "x", 0o600)
	}
	_, err := save(own, filepath.Join(dir, ".env"), "new", File{})
	casetest.Must(t, err)
	holds(t, dir, ".env", foreign)
}

func TestSaveAll(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	casetest.Must(t, os.Mkdir(at("bad"), 0o700))
	files := []File{
		{Path: at("password"), Bytes: []byte("pw"), Secret: true},
		{Path: at("bad"), Bytes: []byte("x")},
		{Path: at(".env"), Bytes: []byte("x")},
	}
	done, err := SaveAll(files)
	if want := at("bad") + ": open: it is a directory (nothing was changed)"; err == nil || err.Error() != want || len(done) != 0 {
		t.Errorf("%+v, %v", done, err)
	}
	holds(t, dir, "bad")
	if done, err := SaveAll(slices.Delete(files, 1, 2)); err != nil || len(done) != 2 || !done[0].Created || !done[1].Created {
		t.Errorf("%+v, %v", done, err)
	}
	is(t, at("password"), "pw", 0o600)
}

// Two names of one directory are one lock, which a run does not wait for itself.
func TestSaveAllByTwoNamesOfADirectory(t *testing.T) {
	t.Chdir(t.TempDir())
	absolute, err := filepath.Abs("override.yaml")
	casetest.Must(t, err)
	_, err = SaveAll([]File{{Path: ".env", Bytes: []byte("x")}, {Path: absolute, Bytes: []byte("y")}})
	casetest.Must(t, err)
}
