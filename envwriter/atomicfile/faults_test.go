package atomicfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// A sceneFile is one of the files of a scene: before, and what to make of it.
type sceneFile struct {
	name, old, new string // old is empty for a file that is not there
	mode           fs.FileMode
	file           File
}

// A scene is a directory before a save.
type scene struct {
	name  string
	files []sceneFile
	// torn allows a mixture while killed: nothing can prevent that in place.
	torn bool
}

const (
	newContents = "A=new\nSMTP_PASSWORD='new one'\n"
	longOld     = "A=old and longer than what is new, by a good deal, this time\n"
)

func one(old string, mode fs.FileMode, f File) []sceneFile {
	return []sceneFile{{".env", old, newContents, mode, f}}
}

var scenes = []scene{
	{name: "new", files: one("", 0, File{})},
	{name: "existing", files: one("A=old\nSMTP_PASSWORD=old\n", 0o600, File{})},
	{name: "group may read", files: one("A=old\n", 0o640, File{})},
	{name: "tightened", files: one("A=old\n", 0o644, File{ReadBy: &User{UID: 0}})},
	{name: "in place", files: one(longOld, 0o600, File{InPlace: true}), torn: true},
	{name: "in place, longer", files: one("A=old\n", 0o600, File{InPlace: true}), torn: true},
	{name: "verified", files: one("A=old\n", 0o600, File{Verify: func([]byte) bool { return true }})},
	{name: "restored", files: one("A=old\n", 0o600, File{Verify: reject})},
	{name: "new, restored", files: one("", 0, File{Verify: reject})},
	{name: "in place, restored", files: one("A=old\n", 0o600, File{InPlace: true, Verify: reject}), torn: true},
	{name: "all there", files: []sceneFile{
		{"password", "old", "new", 0o640, File{}}, {"compose.override.yaml", "a: 1\n", "a: 2\n", 0o640, File{}}, {".env", "A=old\n", newContents, 0o640, File{}}}},
	{name: "new ones", files: []sceneFile{
		{"password", "", "new", 0, File{}}, {"compose.override.yaml", "", "a: 2\n", 0, File{NewMode: 0o644}}, {".env", "A=old\n", newContents, 0o640, File{}}}},
	{name: "last in place", torn: true, files: []sceneFile{
		{"password", "old", "new", 0o640, File{}}, {".env", "A=old\n", newContents, 0o640, File{InPlace: true}}}},
	{name: "secret", files: []sceneFile{
		{"smtp-password", "", "new", 0, File{MustBeNew: true, Secret: true}}, {".env", "A=old\n", "FILE=smtp-password\n", 0o640, File{}}}},
	{name: "all restored", files: []sceneFile{
		{"password", "", "new", 0, File{}}, {"same", "same", "same", 0o640, File{}}, {".env", "A=old\n", newContents, 0o640, File{Verify: reject}}}},
}

// play saves in a fresh copy of the scene on a disk that fails at one call.
func (s scene) play(t *testing.T, d *faulty) (dir string, saved []Saved, err error) {
	t.Helper()
	dir, err = os.MkdirTemp("/dev/shm", "atomicfile-") // a thousand directories take a disk long
	if err != nil {
		dir = t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	for _, f := range s.files {
		if f.old != "" {
			write(t, filepath.Join(dir, f.name), f.old, f.mode)
		}
	}
	d.disk = own
	saved, err = saveAll(d, noon, s.filesIn(dir))
	if failed := (*saveError)(nil); errors.As(err, &failed) {
		saved = failed.changed
	}
	return dir, saved, err
}

// TestSaveWithEachCallFailing lets each call fail in turn, and each be the last
// before the process is killed.
func TestSaveWithEachCallFailing(t *testing.T) {
	t.Parallel()
	errnos := []syscall.Errno{syscall.ENOSPC, syscall.EIO, syscall.EACCES, syscall.EBUSY}
	for _, s := range scenes {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			count := &faulty{failAt: -1}
			dir, saved, err := s.play(t, count)
			s.check(t, dir, saved, err, "all goes well")
			if last := s.files[len(s.files)-1]; (err == nil) != (last.file.Verify == nil || last.file.Verify(nil)) {
				t.Errorf("%v", err)
			}
			tried := map[string]bool{} // most calls change nothing in the directory
			nextSave := func(dir, where string) {
				t.Helper()
				if lies := remains(t, dir); !tried[lies] {
					tried[lies] = true
					s.nextSave(t, dir, where)
				}
			}
			for n := range count.calls {
				dir, _, _ := s.play(t, &faulty{failAt: n, err: syscall.EIO, killed: true})
				where := fmt.Sprintf("killed at call %d (%s)", n, count.calls[n])
				s.checkKilled(t, dir, where)
				nextSave(dir, where)
				for i, errno := range errnos {
					if s.name != "existing" && n%4 != i {
						continue // every call, but not every error, in the rarer scenes
					}
					dir, saved, err := s.play(t, &faulty{failAt: n, err: errno})
					where := fmt.Sprintf("call %d (%s) fails with %v: %+v, %v", n, count.calls[n], errno, saved, err)
					s.check(t, dir, saved, err, where)
					if err != nil && len(saved) == 0 && count.calls[n] != "remove" && len(backupsIn(t, dir)) > 0 {
						t.Errorf("%s: a backup of a file that is as it was", where)
					}
					nextSave(dir, where)
				}
			}
		})
	}
}

// states tells of each file whether it is the old and whether it is the new one.
func (s scene) states(t *testing.T, dir string) (old, new []bool) {
	t.Helper()
	for _, f := range s.files {
		path := filepath.Join(dir, f.name)
		b, err := os.ReadFile(path)
		isOld := f.old == string(b) && (err == nil) == (f.old != "")
		old, new = append(old, isOld), append(new, err == nil && f.new == string(b))
		if isOld && err == nil && f.old != f.new && modeOf(t, path) != f.mode {
			t.Errorf("%s is the old one, at mode %v", f.name, modeOf(t, path))
		}
	}
	return old, new
}

// check: all are new, or all are old but for those that are said to be new.
func (s scene) check(t *testing.T, dir string, saved []Saved, err error, where string) {
	t.Helper()
	old, new := s.states(t, dir)
	for i, f := range s.files {
		said := err == nil || slices.ContainsFunc(saved, func(saved Saved) bool { return saved.Path == filepath.Join(dir, f.name) })
		if torn := s.torn && err != nil; said && !new[i] && !torn || !said && !old[i] {
			t.Errorf("%s: %s is old %v, new %v", where, f.name, old[i], new[i])
		}
	}
}

// checkKilled: each is old or new, and the last one, which may refer to the others,
// is not new before they are.
func (s scene) checkKilled(t *testing.T, dir, where string) {
	t.Helper()
	old, new := s.states(t, dir)
	for i, f := range s.files {
		if torn := s.torn && len(backupsIn(t, dir)) > 0; !old[i] && !new[i] && !torn {
			t.Errorf("%s: %s is neither old nor new", where, f.name)
		}
	}
	if last := len(new) - 1; new[last] && slices.Contains(new, false) {
		t.Errorf("%s: the last file is new and another is not", where)
	}
}

// random is what is another in each run: the names of temporary files, and inodes.
var random = regexp.MustCompile(`-[A-Z2-7]{26}\.|"Inode":\d+`)

// remains is all that lies in a directory, but for what is random.
func remains(t *testing.T, dir string) string {
	t.Helper()
	var out strings.Builder
	for _, name := range listing(t, dir) {
		path := filepath.Join(dir, name)
		fmt.Fprintf(&out, "%s %v %s\n", name, modeOf(t, path), contents(t, path))
	}
	return random.ReplaceAllString(out.String(), "")
}

func backupsIn(t *testing.T, dir string) []string {
	return slices.DeleteFunc(listing(t, dir), func(n string) bool { return !strings.HasSuffix(n, ".bak") })
}

// nextSave checks what lies around, and that the next save removes all of it but the
// files and their backups, each of which is the whole old file.
func (s scene) nextSave(t *testing.T, dir, where string) {
	t.Helper()
	known, open := []string{".env"}, false
	for _, f := range s.files {
		open = open || f.file.NewMode != 0 || f.mode&0o004 != 0
		known = append(known, f.name, f.name+noonBackup)
		if b, err := os.ReadFile(filepath.Join(dir, f.name+noonBackup)); err == nil && string(b) != f.old {
			t.Errorf("%s: the backup of %s is %q", where, f.name, b)
		}
	}
	for _, name := range listing(t, dir) {
		if mode := modeOf(t, filepath.Join(dir, name)); !open && !slices.Contains(known, name) && mode.Perm()&0o007 != 0 {
			t.Errorf("%s: everybody can read %s", where, name)
		}
	}
	_, done := s.states(t, dir)
	if next := s.filesIn(dir); !slices.Contains(done, true) || s.name == "secret" && !done[len(done)-1] { // the same once more
		if _, err := saveAll(&faulty{disk: own, failAt: -1}, noon, next); err != nil && next[len(next)-1].Verify == nil {
			t.Errorf("%s: the next save fails: %v", where, err)
		}
	}
	if _, err := save(&faulty{disk: own, failAt: -1}, filepath.Join(dir, ".env"), "A=the next run\n", File{}); err != nil {
		t.Errorf("%s: the next save fails: %v", where, err)
	}
	for _, name := range listing(t, dir) {
		if !slices.Contains(known, name) && !strings.HasSuffix(name, ".bak") {
			t.Errorf("%s: %s is left", where, name)
		}
	}
}

// filesIn is what to save in a copy of the scene.
func (s scene) filesIn(dir string) (files []File) {
	for _, f := range s.files {
		f.file.Path, f.file.Bytes = filepath.Join(dir, f.name), []byte(f.new)
		files = append(files, f.file)
	}
	return files
}

// TestOverwritingFailsTwice is the one way to damage a file: in place, when
// restoring the old contents fails as well. The backup has them.
func TestOverwritingFailsTwice(t *testing.T) {
	t.Parallel()
	s := scenes[slices.IndexFunc(scenes, func(s scene) bool { return s.name == "in place" })]
	count := &faulty{failAt: -1}
	s.play(t, count)
	d := &faulty{failAt: slices.Index(count.calls, "truncate"), err: syscall.EIO, killed: true}
	_, saved, err := s.play(t, d)
	if err == nil || len(saved) != 1 || contents(t, saved[0].Backup) != longOld || len(saved[0].Warnings) == 0 {
		t.Errorf("%+v, %v", saved, err)
	}
}

// Another program changes the file just before the first rename: that of the backup,
// or of a new file.
func TestSaveNoticesAnEditWhileItSaves(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		old  string
		file File
		want error
	}{"existing": {"old", File{}, errChanged}, "new": {"", File{}, errChanged}, "must be new": {"", File{MustBeNew: true}, errExists}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			path := filepath.Join(dir, ".env")
			if c.old != "" {
				write(t, path, c.old, 0o600)
			}
			d := hooked{own, once(func() { write(t, path, "edited", 0o600) })}
			if saved, err := save(d, path, "new", c.file); !errors.Is(err, c.want) || saved.Changed {
				t.Errorf("%+v, %v", saved, err)
			}
			is(t, path, "edited", 0o600)
			holds(t, dir, ".env")
		})
	}
}

// Another program appends to the file, or replaces it, when it was compared already:
// its edit is put back.
func TestSaveNoticesAnEditInTheLastMoment(t *testing.T) {
	t.Parallel()
	for name, edit := range map[string]func(path string) error{
		"appends": func(path string) error {
			f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
			if err != nil {
				return err
			}
			_, err = f.WriteString("+")
			return errors.Join(err, f.Close())
		},
		"replaces": func(path string) error {
			return errors.Join(os.WriteFile(path+"~", []byte("old+"), 0o600), os.Rename(path+"~", path))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			path := filepath.Join(dir, ".env")
			write(t, path, "old", 0o600)
			edited := false
			d := hooked{own, func(to string) error {
				if to != path || edited {
					return nil
				}
				edited = true
				return edit(path)
			}}
			if saved, err := save(d, path, "new", File{}); !errors.Is(err, errChanged) || saved.Changed {
				t.Errorf("%+v, %v", saved, err)
			}
			is(t, path, "old+", 0o600)
			holds(t, dir, ".env")
		})
	}
}

// A file that cannot be restored keeps those that it may refer to, and that is told.
func TestSetThatCannotBeRestored(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	a, b := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	write(t, a, "old", 0o600)
	write(t, b, "old", 0o600)
	replaced := false
	d := hooked{own, func(to string) error {
		if to == b && replaced {
			return syscall.EIO
		}
		replaced = replaced || to == b
		return nil
	}}
	_, err := saveAll(d, noon, []File{{Path: a, Bytes: []byte("new")}, {Path: b, Bytes: []byte("new"), Verify: reject}})
	want := fmt.Sprintf("%[2]s: restore the old file: input/output error (could not be restored: %[1]s, %[2]s)", a, b)
	if err == nil || err.Error() != want {
		t.Errorf("says %v\nwant %s", err, want)
	}
	is(t, a, "new", 0o600)
	is(t, b+noonBackup, "old", 0o600)
}
