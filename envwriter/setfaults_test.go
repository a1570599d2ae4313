package envwriter

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// A setFile is one of the files of a set in the tests: before, and what to make of it.
type setFile struct {
	name, old, new string // old is empty for a file that is not there
	opt            SaveOptions
}

var fileSets = map[string][]setFile{
	"all there": {{"password", "old", "new", SaveOptions{}}, {"compose.override.yaml", "a: 1\n", "a: 2\n", SaveOptions{}}, {".env", "A=old\n", newContents, SaveOptions{}}},
	"new ones":  {{"password", "", "new", SaveOptions{}}, {"compose.override.yaml", "", "a: 2\n", SaveOptions{NewMode: 0o644}}, {".env", "A=old\n", newContents, SaveOptions{}}},
	"in place":  {{"password", "old", "new", SaveOptions{}}, {".env", "A=old\n", newContents, SaveOptions{InPlace: true}}},
	"not read back": {{"password", "", "new", SaveOptions{}}, {"same", "same", "same", SaveOptions{}},
		{".env", "A=old\n", newContents, SaveOptions{Readers: Readers[:1], Want: []Change{{Key: "A", Value: "other"}}}}},
}

// playSet saves a set in a directory of its own, on a disk that fails at one call.
func playSet(t *testing.T, files []setFile, d *faulty) (dir string, err error) {
	t.Helper()
	dir = t.TempDir()
	var list []FileToSave
	for _, f := range files {
		if f.old != "" {
			write(t, filepath.Join(dir, f.name), f.old, 0o640)
		}
		list = append(list, FileToSave{Path: filepath.Join(dir, f.name), Bytes: []byte(f.new), Options: f.opt})
	}
	d.disk = system{}
	_, err = saveAll(d, noon, list)
	return dir, err
}

// stateOf tells which files of a set are old and which are new.
func stateOf(t *testing.T, dir string, files []setFile, where string) (old, new int) {
	t.Helper()
	for _, f := range files {
		b, err := os.ReadFile(filepath.Join(dir, f.name))
		isOld := f.old == string(b) && (err == nil) == (f.old != "")
		isNew := f.new == string(b) && err == nil
		if !isOld && !isNew {
			t.Errorf("%s: %s is neither old nor new: %q", where, f.name, b)
		}
		if isOld && err == nil && modeOf(t, filepath.Join(dir, f.name)) != 0o640 {
			t.Errorf("%s: %s is the old one, at another mode", where, f.name)
		}
		if isOld {
			old++
		}
		if isNew {
			new++
		}
	}
	return old, new
}

func TestSetIsOldOrNew(t *testing.T) {
	t.Parallel()
	for name, files := range fileSets {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			count := &faulty{failAt: -1}
			playSet(t, files, count)
			for n := range count.calls {
				errno := []syscall.Errno{syscall.ENOSPC, syscall.EIO, syscall.EACCES, syscall.EBUSY}[n%4]
				d := &faulty{failAt: n, err: errno}
				dir, err := playSet(t, files, d)
				where := fmt.Sprintf("call %d (%s) fails with %v: %v", n, d.calls[n], errno, err)
				old, new := stateOf(t, dir, files, where)
				if twice := err != nil && strings.Contains(err.Error(), "put back)"); twice {
					continue // the set failed by itself, and then the disk as it was put back
				}
				if err != nil && old != len(files) || err == nil && new != len(files) {
					t.Errorf("%s: %d old, %d new", where, old, new)
				}
				if backups := slices.ContainsFunc(listing(t, dir), func(n string) bool { return strings.HasSuffix(n, ".bak") }); err != nil && backups && d.calls[n] != "remove" {
					t.Errorf("%s: a backup of a file that is as it was: %v", where, listing(t, dir))
				}
				nothingLeft(t, dir, files, where)
			}
		})
	}
}

// When the machine stops in the middle, what the .env refers to is new before the
// .env is.
func TestSetKilledAfterEachCall(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"all there", "new ones"} {
		files := fileSets[name]
		count := &faulty{failAt: -1}
		playSet(t, files, count)
		for n := range count.calls {
			dir, err := playSet(t, files, &faulty{failAt: n, err: syscall.EIO, killed: true})
			where := fmt.Sprintf("%s killed at call %d (%s): %v", name, n, count.calls[n], err)
			_, new := stateOf(t, dir, files, where)
			if contents(t, filepath.Join(dir, ".env")) == newContents && new != len(files) {
				t.Errorf("%s: the .env is new and something else is not", where)
			}
			nothingLeft(t, dir, files, where)
		}
	}
}

// nothingLeft checks that the next save removes all but the files and their backups.
func nothingLeft(t *testing.T, dir string, files []setFile, where string) {
	t.Helper()
	if _, err := save(&faulty{disk: system{}, failAt: -1}, noon, filepath.Join(dir, ".env"), []byte("A=the next run\n"), SaveOptions{}); err != nil {
		t.Errorf("%s: the next save fails: %v", where, err)
	}
	for _, name := range listing(t, dir) {
		known := strings.HasSuffix(name, ".bak") || slices.ContainsFunc(files, func(f setFile) bool { return f.name == name })
		if !known {
			t.Errorf("%s: %s is left", where, name)
		}
	}
}

// A file that cannot be put back keeps those that it may refer to, and that is told.
func TestSetThatCannotBePutBack(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a"), "old", 0o600)
	write(t, filepath.Join(dir, "b"), "old", 0o600)
	d := &stubborn{disk: system{}, target: filepath.Join(dir, "b")}
	files := []FileToSave{{Path: filepath.Join(dir, "a"), Bytes: []byte("new")}, {Path: filepath.Join(dir, "b"), Bytes: []byte("new"),
		Options: SaveOptions{Readers: Readers[:1], Want: []Change{{Key: "X", Value: "1"}}}}}
	_, err := saveAll(d, noon, files)
	set, ok := err.(*SetError)
	if !ok || !set.Failed.Changed || len(set.Saved) != 1 || contents(t, filepath.Join(dir, "a")) != "new" || contents(t, set.Failed.Backup) != "old" {
		t.Fatalf("%+v", err)
	}
	want := fmt.Sprintf("%[1]s/b: put the old file back: input/output error (%[1]s/a and %[1]s/b could not be put back)", dir)
	if err.Error() != want {
		t.Errorf("says %s\nwant %s", err, want)
	}
}

// stubborn lets a file be replaced once.
type stubborn struct {
	disk
	target string
	done   bool
}

func (d *stubborn) rename(from, to string, replace bool) error {
	if to == d.target {
		if d.done {
			return &os.LinkError{Op: "rename", Old: from, New: to, Err: syscall.EIO}
		}
		d.done = true
	}
	return d.disk.rename(from, to, replace)
}
