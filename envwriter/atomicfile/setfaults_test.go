package atomicfile

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
	opt            File
}

var fileSets = map[string][]setFile{
	"all there": {{"password", "old", "new", File{}}, {"compose.override.yaml", "a: 1\n", "a: 2\n", File{}}, {".env", "A=old\n", newContents, File{}}},
	"new ones":  {{"password", "", "new", File{}}, {"compose.override.yaml", "", "a: 2\n", File{NewMode: 0o644}}, {".env", "A=old\n", newContents, File{}}},
	"in place":  {{"password", "old", "new", File{}}, {".env", "A=old\n", newContents, File{InPlace: true}}},
	"not read back": {{"password", "", "new", File{}}, {"same", "same", "same", File{}},
		{".env", "A=old\n", newContents, File{Verify: reject}}},
}

// playSet saves a set in a directory of its own, on a disk that fails at one call.
func playSet(t *testing.T, files []setFile, d *faulty) (dir string, err error) {
	t.Helper()
	dir = t.TempDir()
	var list []File
	for _, f := range files {
		if f.old != "" {
			write(t, filepath.Join(dir, f.name), f.old, 0o640)
		}
		f.opt.Path, f.opt.Bytes = filepath.Join(dir, f.name), []byte(f.new)
		list = append(list, f.opt)
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
				if twice := err != nil && strings.Contains(err.Error(), "could not be restored"); twice {
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
	if _, err := save(&faulty{disk: system{}, failAt: -1}, filepath.Join(dir, ".env"), "A=the next run\n", File{}); err != nil {
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
	files := []File{{Path: filepath.Join(dir, "a"), Bytes: []byte("new")}, {Path: filepath.Join(dir, "b"), Bytes: []byte("new"),
		Verify: reject}}
	_, err := saveAll(d, noon, files)
	failed, ok := err.(*saveError)
	if !ok || len(failed.changed) != 2 || contents(t, filepath.Join(dir, "a")) != "new" || contents(t, failed.changed[1].Backup) != "old" {
		t.Fatalf("%+v", err)
	}
	want := fmt.Sprintf("%[1]s/b: restore the old file: input/output error (could not be restored: %[1]s/a, %[1]s/b)", dir)
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
