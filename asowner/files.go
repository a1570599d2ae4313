// Package asowner keeps root from lending its rights: what is reached from a
// directory that belongs to another user is read and written with that user's rights,
// by a process that has no others. The .env itself, a plain file right there, root
// reads and replaces through the directory's descriptor.
package asowner

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"

	"smtp-wizard/envwriter/atomicfile"
	"smtp-wizard/pocketid/install"
)

// Files are those around one .env. They are opened for one task and closed.
type Files struct {
	env     string // absolute
	owner   *atomicfile.User
	process *process // nil: everything is done with this program's own rights
	folder  *os.File // the directory, where it is the owner's
	// Warning says why the rights are root's although the directory is not; "" is good.
	Warning string
}

// Open settles with whose rights the files around a .env are reached.
func Open(env string) (*Files, error) {
	path, err := filepath.Abs(env)
	if err != nil {
		return nil, err
	}
	f := &Files{env: path}
	if os.Geteuid() != 0 {
		return f, nil
	}
	uid, folder := ownerOf(path)
	if uid == 0 {
		return f, nil
	}
	f.owner, f.folder = account(uid), folder
	if f.process, err = start(f.owner, folder, filepath.Dir(path)); err != nil {
		f.Warning = fmt.Sprintf("The directory %s belongs to another user, and his rights could not be taken on (%v): "+
			"the files there are read and written as root.", filepath.Dir(path), err)
	}
	return f, nil
}

// Close ends the process.
func (f *Files) Close() {
	if f.process != nil {
		f.process.stop()
	}
	if f.folder != nil {
		_ = f.folder.Close()
	}
}

// Owner is the user whose rights are taken on; nil for this program's own.
func (f *Files) Owner() *atomicfile.User { return f.owner }

// ownerOf is the user in whose hands a file's directory is, and the directory, where
// it is his. A symlink of another user on the way to a directory of root's counts as
// well: that user leads where he likes.
func ownerOf(path string) (uid int, folder *os.File) {
	folder, err := os.OpenFile(filepath.Dir(path), os.O_RDONLY|syscall.O_DIRECTORY, 0)
	if err != nil {
		return linkOwner(path), nil
	}
	if uid, _ = uidOf(folder.Stat()); uid != 0 {
		return uid, folder
	}
	_ = folder.Close()
	return linkOwner(path), nil
}

func uidOf(info fs.FileInfo, err error) (uid int, ok bool) {
	if err != nil {
		return 0, false
	}
	s, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, false
	}
	return int(s.Uid), true
}

// linkOwner is the owner of the last symlink on a path that is not root's; 0 is none.
func linkOwner(path string) int {
	owner, rest := 0, path
	const most = 40 // as many as the kernel follows
	for links := 0; links < most; {
		link, behind := firstLink(rest)
		if link == "" {
			break
		}
		if uid, ok := uidOf(os.Lstat(link)); ok && uid != 0 {
			owner = uid
		}
		target, err := os.Readlink(link)
		if err != nil {
			break
		}
		if !filepath.IsAbs(target) {
			target = filepath.Join(filepath.Dir(link), target)
		}
		rest = filepath.Join(target, behind)
		links++
	}
	return owner
}

// firstLink is the first symlink on a path, and what comes behind it.
func firstLink(path string) (link, behind string) {
	for i := 1; i <= len(path); i++ {
		if i < len(path) && path[i] != '/' {
			continue
		}
		info, err := os.Lstat(path[:i])
		if err != nil {
			return "", ""
		}
		if info.Mode()&fs.ModeSymlink != 0 {
			return path[:i], path[i:]
		}
	}
	return "", ""
}

// nogroup is the group of a user of whom nothing is known but the number.
const nogroup = 65534

// account is a user with the groups that /etc/passwd and /etc/group give him.
func account(uid int) *atomicfile.User {
	out := &atomicfile.User{UID: uid, GID: nogroup}
	u, err := user.LookupId(strconv.Itoa(uid))
	if err != nil {
		return out
	}
	if out.GID, err = strconv.Atoi(u.Gid); err != nil {
		out.GID = nogroup
	}
	groups, _ := u.GroupIds()
	for _, g := range groups {
		if n, err := strconv.Atoi(g); err == nil && n != out.GID {
			out.Groups = append(out.Groups, n)
		}
	}
	return out
}

// state is what the .env is to root.
type state int

const (
	elsewhere state = iota // a symlink, or of several names: it is his
	plain                  // a regular file with one name, right in his directory: the one that root may read and replace
	missing                // root may make it there
)

func (f *Files) state() state {
	if f.folder == nil {
		return elsewhere
	}
	info, err := f.rootCalls().Lstat(f.env)
	if errors.Is(err, fs.ErrNotExist) {
		return missing
	}
	if err != nil || !info.Mode().IsRegular() {
		return elsewhere
	}
	if s, ok := info.Sys().(*syscall.Stat_t); !ok || s.Nlink != 1 {
		return elsewhere
	}
	return plain
}

// calls are those for a path.
func (f *Files) calls(path string) atomicfile.Calls {
	switch {
	case f.process == nil:
		return atomicfile.Own{}
	case path == f.env && f.state() != elsewhere:
		return f.rootCalls()
	}
	return f.process
}

// Load is atomicfile.Load.
func (f *Files) Load(path string) (atomicfile.Snapshot, error) {
	if f.process == nil {
		return atomicfile.Load(path)
	}
	path = f.absolute(path)
	return atomicfile.LoadWith(f.calls(path), path)
}

// SaveAll is atomicfile.SaveAll. A new file belongs to who reads it, else to the
// directory's owner.
func (f *Files) SaveAll(files []atomicfile.File) ([]atomicfile.Saved, error) {
	if f.process == nil {
		return atomicfile.SaveAll(files)
	}
	for i := range files {
		files[i].Path = f.absolute(files[i].Path)
		if files[i].ReadBy == nil {
			files[i].ReadBy = f.owner
		}
		f.process.mayGiveTo(files[i].ReadBy)
	}
	return atomicfile.SaveAllWith(f.calls, files)
}

// absolute is a path as the process knows it.
func (f *Files) absolute(path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}

// List names what is in a directory.
func (f *Files) List(dir string) ([]string, error) {
	d, err := f.calls("").Open(f.absolute(dir), os.O_RDONLY|syscall.O_DIRECTORY, 0)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	return d.Readdirnames(-1)
}

// Exists reports whether a path has something, be it a symlink that leads nowhere.
func (f *Files) Exists(path string) bool {
	_, err := f.calls("").Lstat(f.absolute(path))
	return err == nil
}

// Discover is install.Discover.
func (f *Files) Discover(m install.Machine) (install.Install, error) {
	if f.process == nil {
		return install.Discover(m, f.env), nil
	}
	r := request{Op: opDiscover, Path: f.env, Machine: m}
	r.Machine.Files = nil
	r.Machine.Env = publicEnvironment(m.Env)
	if f.state() == plain {
		snapshot, err := f.Load(f.env)
		r.Known, r.Contents = err == nil && snapshot.Exists, snapshot.Bytes
	}
	a, _, err := f.process.ask(r)
	if err != nil || a.Install == nil {
		return install.Install{}, err
	}
	return *a.Install, nil
}
