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
)

// faulty is a disk of which one call fails, or after one call nothing works any
// more, as if the process had been killed there.
type faulty struct {
	disk
	failAt int // the call to fail, from 0
	err    error
	killed bool // every call from failAt on fails
	calls  []string
}

func (d *faulty) step(name string) error {
	d.calls = append(d.calls, name)
	n := len(d.calls) - 1
	if n == d.failAt || d.killed && n > d.failAt {
		return &fs.PathError{Op: name, Path: "x", Err: d.err}
	}
	return nil
}

func (d *faulty) lstat(path string) (stat, error) {
	if err := d.step("lstat"); err != nil {
		return stat{}, err
	}
	return d.disk.lstat(path)
}

func (d *faulty) resolve(path string) (string, error) {
	if err := d.step("resolve"); err != nil {
		return "", err
	}
	return d.disk.resolve(path)
}

func (d *faulty) open(path string, flags int, mode fs.FileMode) (handle, error) {
	if err := d.step("open"); err != nil {
		return nil, err
	}
	f, err := d.disk.open(path, flags, mode)
	if err != nil {
		return nil, err
	}
	return faultyFile{f, d}, nil
}

func (d *faulty) rename(from, to string, replace bool) error {
	if err := d.step("rename"); err != nil {
		return err
	}
	return d.disk.rename(from, to, replace)
}

func (d *faulty) remove(path string) error {
	if err := d.step("remove"); err != nil {
		return err
	}
	return d.disk.remove(path)
}

func (d *faulty) list(dir string) ([]string, error) {
	if err := d.step("list"); err != nil {
		return nil, err
	}
	return d.disk.list(dir)
}

type faultyFile struct {
	handle
	d *faulty
}

func (f faultyFile) Read(p []byte) (int, error) {
	if err := f.d.step("read"); err != nil {
		return 0, err
	}
	return f.handle.Read(p)
}

// WriteAt, when it fails, has written the first half, as on a full disk.
func (f faultyFile) WriteAt(p []byte, at int64) (int, error) {
	if err := f.d.step("write"); err != nil {
		if f.d.killed && len(f.d.calls)-1 > f.d.failAt {
			return 0, err
		}
		n, _ := f.handle.WriteAt(p[:len(p)/2], at)
		return n, err
	}
	return f.handle.WriteAt(p, at)
}

func (f faultyFile) Close() error {
	err := f.d.step("close")
	_ = f.handle.Close() // the system closes it in any case
	return err
}

func (f faultyFile) stat() (stat, error) {
	if err := f.d.step("fstat"); err != nil {
		return stat{}, err
	}
	return f.handle.stat()
}

func (f faultyFile) truncate(size int64) error {
	if err := f.d.step("truncate"); err != nil {
		return err
	}
	return f.handle.truncate(size)
}

// sync does not wait for the disk: the machine does not crash in these tests.
func (f faultyFile) sync() error { return f.d.step("sync") }

func (f faultyFile) chown(uid, gid int) error {
	if err := f.d.step("chown"); err != nil {
		return err
	}
	return f.handle.chown(uid, gid)
}

func (f faultyFile) chmod(mode fs.FileMode) error {
	if err := f.d.step("chmod"); err != nil {
		return err
	}
	return f.handle.chmod(mode)
}

func (f faultyFile) lock() error {
	if err := f.d.step("lock"); err != nil {
		return err
	}
	return f.handle.lock()
}

func (f faultyFile) dropACL() error {
	if err := f.d.step("drop ACL"); err != nil {
		return err
	}
	return f.handle.dropACL()
}

func (f faultyFile) attributes() (map[string][]byte, error) {
	if err := f.d.step("attributes"); err != nil {
		return nil, err
	}
	return f.handle.attributes()
}

// A scene is a directory before a save.
type scene struct {
	name string
	old  string // empty: there is no file
	mode fs.FileMode
	opt  File
	// torn allows a mixture while killed: nothing can prevent that in place.
	torn bool
}

var scenes = []scene{
	{name: "new"},
	{name: "existing", old: "A=old\nSMTP_PASSWORD=old\n", mode: 0o600},
	{name: "group may read", old: "A=old\n", mode: 0o640},
	{name: "tightened", old: "A=old\n", mode: 0o644, opt: File{ReadBy: &User{UID: 0}}},
	{name: "in place", old: "A=old and longer than what is new, by a good deal, this time\n", mode: 0o600, opt: File{InPlace: true}, torn: true},
	{name: "in place, longer", old: "A=old\n", mode: 0o600, opt: File{InPlace: true}, torn: true},
	{name: "verified", old: "A=old\n", mode: 0o600, opt: File{Verify: func([]byte) bool { return true }}},
	{name: "put back", old: "A=old\n", mode: 0o600, opt: File{Verify: reject}},
}

const newContents = "A=new\nSMTP_PASSWORD='new one'\n"

// play saves in a fresh copy of the scene on a disk that fails at one call.
func (s scene) play(t *testing.T, d *faulty) (dir string, saved Saved, err error) {
	t.Helper()
	dir = t.TempDir()
	path := filepath.Join(dir, ".env")
	if s.old != "" {
		write(t, path, s.old, s.mode)
	}
	d.disk = system{}
	saved, err = save(d, path, newContents, s.opt)
	return dir, saved, err
}

func TestSaveWithEachCallFailing(t *testing.T) {
	t.Parallel()
	for _, s := range scenes {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			count := &faulty{failAt: -1}
			s.play(t, count)
			for i, errno := range []syscall.Errno{syscall.ENOSPC, syscall.EIO, syscall.EACCES, syscall.EBUSY} {
				for n := range count.calls {
					if s.name != "existing" && n%4 != i {
						continue // every call, but not every error, in the rarer scenes
					}
					d := &faulty{failAt: n, err: errno}
					dir, saved, err := s.play(t, d)
					where := fmt.Sprintf("call %d (%s) fails with %v: %+v, %v", n, d.calls[n], errno, saved, err)
					s.check(t, dir, saved, err, where, false)
				}
			}
		})
	}
}

func TestSaveKilledAfterEachCall(t *testing.T) {
	t.Parallel()
	for _, s := range scenes {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			count := &faulty{failAt: -1}
			s.play(t, count)
			for n := range count.calls {
				d := &faulty{failAt: n, err: syscall.EIO, killed: true}
				dir, saved, err := s.play(t, d)
				s.check(t, dir, saved, err, fmt.Sprintf("killed at call %d (%s)", n, d.calls[n]), true)
			}
		})
	}
}

// check holds what is on the disk against the promises, now and after another save.
func (s scene) check(t *testing.T, dir string, saved Saved, err error, where string, killed bool) {
	t.Helper()
	path := filepath.Join(dir, ".env")
	now, readErr := os.ReadFile(path)
	text := string(now)
	isOld := s.old == "" && errors.Is(readErr, fs.ErrNotExist) || s.old != "" && readErr == nil && text == s.old
	isNew := readErr == nil && text == newContents
	switch {
	case killed && s.torn:
		if backups := s.backups(t, dir); !isOld && !isNew && len(backups) == 0 {
			t.Errorf("%s: the file is damaged and there is no backup: %q", where, text)
		}
	case !isOld && !isNew:
		t.Errorf("%s: the file is neither old nor new: %q", where, text)
	case killed:
	case err == nil && !isNew:
		t.Errorf("%s: reported as done, but the file is the old one", where)
	case err != nil && saved.Changed != isNew:
		t.Errorf("%s: reported wrongly", where)
	}
	for _, name := range listing(t, dir) {
		if mode := modeOf(t, filepath.Join(dir, name)); name != ".env" && mode.Perm()&0o007 != 0 {
			t.Errorf("%s: everybody can read %s", where, name)
		}
	}
	s.backups(t, dir)
	if _, err := save(&faulty{disk: system{}, failAt: -1}, path, "A=the next run\n", File{}); err != nil {
		t.Errorf("%s: the next save fails: %v", where, err)
	}
	for _, name := range listing(t, dir) {
		if name != ".env" && !backupStamp.MatchString(strings.TrimPrefix(name, ".env")) {
			t.Errorf("%s: %s is left", where, name)
		}
	}
}

// backups lists the backups, each of which has to be the whole old file.
func (s scene) backups(t *testing.T, dir string) []string {
	names := slices.DeleteFunc(listing(t, dir), func(n string) bool { return !strings.HasSuffix(n, ".bak") })
	for _, name := range names {
		if got := contents(t, filepath.Join(dir, name)); got != s.old {
			t.Errorf("the backup is %q", got)
		}
	}
	return names
}

// TestOverwritingFailsTwice is the one way to damage a file: in place, when
// putting the old contents back fails as well. The backup has them.
func TestOverwritingFailsTwice(t *testing.T) {
	t.Parallel()
	s := scenes[4]
	count := &faulty{failAt: -1}
	s.play(t, count)
	d := &faulty{failAt: slices.Index(count.calls, "truncate"), err: syscall.EIO, killed: true}
	_, saved, err := s.play(t, d)
	if err == nil || !saved.Changed || contents(t, saved.Backup) != s.old || len(saved.Warnings) == 0 {
		t.Errorf("%+v, %v", saved, err)
	}
}

// A meddler changes the file behind the saver's back, just before its nth rename.
type meddler struct {
	disk
	left int
	do   func()
}

func (m *meddler) rename(from, to string, replace bool) error {
	if m.left--; m.left == 0 {
		m.do()
	}
	return m.disk.rename(from, to, replace)
}

func TestSaveNoticesAnEditWhileItSaves(t *testing.T) {
	t.Parallel()
	for name, old := range map[string]string{"existing": "old", "new": ""} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			path := filepath.Join(dir, ".env")
			if old != "" {
				write(t, path, old, 0o600)
			}
			// The first rename gives the backup its name; a new file has none.
			m := &meddler{system{}, 1, func() { write(t, path, "edited", 0o600) }}
			saved, err := save(m, path, "new", File{})
			if !errors.Is(err, errChanged) || saved.Changed || saved.Backup != "" || contents(t, path) != "edited" || len(listing(t, dir)) != 1 {
				t.Errorf("%+v, %v, %q, %v", saved, err, contents(t, path), listing(t, dir))
			}
		})
	}
}
