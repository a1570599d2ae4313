// Package asowner keeps root from acting as a confused deputy: what is reached from
// another user's directory is read and written with that user's privileges, by a
// process that has no others. Only the .env itself, a plain file in that directory, is
// read and replaced by root, through the directory's descriptor.
package asowner

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"smtp-wizard/envwriter/atomicfile"
	"smtp-wizard/pocketid/install"
)

// Files gives access to the files around one .env, for one task.
type Files struct {
	env        string // absolute
	owner      *atomicfile.User
	process    *process // nil: this program's own privileges are used
	folder     *os.File // the directory; nil if another user's symlink leads there
	ownsFolder bool     // the directory belongs to the owner
	above      bool     // it and the .env are root's, but a directory above is the owner's
	// Warning says why root's privileges are used although they should not be, or is "".
	Warning string
}

// Open determines with whose privileges to access the files around a .env.
func Open(env string) (*Files, error) {
	path, err := filepath.Abs(env)
	if err != nil {
		return nil, err
	}
	f := &Files{env: path}
	if os.Geteuid() != 0 {
		return f, nil
	}
	uid := f.findOwner()
	if uid == 0 {
		f.Close()
		return f, nil
	}
	f.owner = account(uid)
	var folder *os.File
	if f.ownsFolder {
		folder = f.folder
	}
	if f.process, err = start(f.owner, folder, filepath.Dir(path)); err != nil {
		f.Warning = fmt.Sprintf("%s is under the control of user %d, but this program could not switch to that user (%v); "+
			"the files around it are read and written as root.", path, uid, err)
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

// Owner is the user whose privileges are used, or nil.
func (f *Files) Owner() *atomicfile.User { return f.owner }

// findOwner finds the user who controls the .env: the owner of the directory, of a
// symlink on the way there, of the file, or of a directory above, any of whom could
// replace it. It returns 0 if all of these are root's.
func (f *Files) findOwner() int {
	folder, err := os.OpenFile(filepath.Dir(f.env), os.O_RDONLY|syscall.O_DIRECTORY, 0)
	if err != nil {
		owner, _ := ownersOn(f.env)
		return owner
	}
	f.folder = folder
	uid, _ := uidOf(folder.Stat())
	if f.ownsFolder = uid != 0; f.ownsFolder {
		return uid
	}
	if uid, _ = ownersOn(f.env); uid == 0 {
		if uid, _ = uidOf(f.rootCalls().Lstat(f.env)); uid == 0 {
			uid = ownerAbove(folder)
			f.above = uid != 0
		}
		if uid != 0 {
			return uid
		}
		_, uid = ownersOn(f.env) // who can exchange a directory may have led us to this one
	}
	if uid != 0 {
		_ = folder.Close()
		f.folder = nil
	}
	return uid
}

// ownerAbove is the owner of the nearest directory above that is not root's, or 0.
func ownerAbove(folder *os.File) int {
	at, err := unix.Dup(int(folder.Fd()))
	var here, up unix.Stat_t
	for err == nil {
		var parent int
		parent, err = unix.Openat(at, "..", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
		here = up
		_ = unix.Close(at)
		if at = parent; err != nil {
			return 0
		}
		if err = unix.Fstat(at, &up); err != nil || up.Uid != 0 || up.Ino == here.Ino && up.Dev == here.Dev {
			break
		}
	}
	_ = unix.Close(at)
	return int(up.Uid)
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

// ownersOn are the owners of the last symlink on a path, and of the last file of any
// kind, that are not root's, or 0.
func ownersOn(path string) (link, last int) {
	const most = 40 // the kernel's limit
	links := 0
	for i := 1; i <= len(path) && links < most; i++ {
		if i < len(path) && path[i] != '/' {
			continue
		}
		info, err := os.Lstat(path[:i])
		if err != nil {
			return link, last
		}
		uid, _ := uidOf(info, nil)
		last = cmp.Or(uid, last)
		if info.Mode()&fs.ModeSymlink == 0 {
			continue
		}
		link = cmp.Or(uid, link)
		target, err := os.Readlink(path[:i])
		if err != nil {
			return link, last
		}
		if !filepath.IsAbs(target) {
			target = filepath.Join(filepath.Dir(path[:i]), target)
		}
		path, i, links = filepath.Join(target, path[i:]), 0, links+1
	}
	return link, last
}

// nogroup is the group of a user who has no entry in /etc/passwd.
const nogroup = 65534

func account(uid int) *atomicfile.User {
	u, err := user.LookupId(strconv.Itoa(uid))
	if err != nil {
		return &atomicfile.User{UID: uid, GID: nogroup}
	}
	return Account(u)
}

// Account is a user with the groups in /etc/passwd and /etc/group.
func Account(u *user.User) *atomicfile.User {
	uid, _ := strconv.Atoi(u.Uid) // always numbers on Unix
	gid, _ := strconv.Atoi(u.Gid)
	out := &atomicfile.User{UID: uid, GID: gid}
	groups, _ := u.GroupIds()
	for _, g := range groups {
		if n, err := strconv.Atoi(g); err == nil && n != out.GID {
			out.Groups = append(out.Groups, n)
		}
	}
	return out
}

// plain reports whether a path is a regular file without other hard links, directly in
// the directory; missing, whether it does not exist.
func (f *Files) plain(path string) (plain, missing bool, owner int) {
	if f.folder == nil || filepath.Dir(path) != filepath.Dir(f.env) {
		return false, false, 0
	}
	info, err := f.rootCalls().Lstat(path)
	if err != nil {
		return false, errors.Is(err, fs.ErrNotExist), 0
	}
	s, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return false, false, 0
	}
	return info.Mode().IsRegular() && s.Nlink == 1, false, int(s.Uid)
}

// calls are the system calls to use for a path: root's own for the .env if that is a
// plain file. In root's own directory, where the owner could not create files, root also
// creates new ones and replaces the owner's, or its own if only a directory above is the
// owner's.
func (f *Files) calls(path string) atomicfile.Calls {
	if f.process == nil {
		return atomicfile.Own{}
	}
	plain, missing, owner := f.plain(path)
	if (plain || missing) && path == f.env || !f.ownsFolder && (missing || plain && (owner == f.owner.UID || f.above && owner == 0)) {
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

// SaveAll is atomicfile.SaveAll. A new file belongs to its reader, else to the
// directory's owner.
func (f *Files) SaveAll(files []atomicfile.File) ([]atomicfile.Saved, error) {
	if f.process == nil {
		return atomicfile.SaveAll(files)
	}
	for i := range files {
		files[i].Path = f.absolute(files[i].Path)
		if files[i].ReadBy == nil && !f.above {
			files[i].ReadBy = f.owner
		}
		if files[i].ReadBy != nil {
			f.process.mayGiveTo(files[i].ReadBy)
		}
	}
	return atomicfile.SaveAllWith(f.calls, files)
}

// IsLeftover is atomicfile.IsLeftover.
func (f *Files) IsLeftover(path string) bool {
	path = f.absolute(path)
	return atomicfile.IsLeftover(f.calls(path), path)
}

// absolute is a path as the process knows it.
func (f *Files) absolute(path string) string {
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

// Glob is filepath.Glob.
func (f *Files) Glob(pattern string) ([]string, error) {
	if f.process == nil {
		return filepath.Glob(pattern)
	}
	a, _, err := f.process.ask(request{Op: opGlob, Path: pattern})
	return a.Paths, err
}

// Exists reports whether a path exists, even as a dangling symlink.
func (f *Files) Exists(path string) bool {
	_, err := f.calls("").Lstat(f.absolute(path))
	return err == nil
}

// Discover is install.Discover, as if some files had the planned contents.
func (f *Files) Discover(m install.Machine, planned map[string][]byte) (install.Install, error) {
	if f.process == nil {
		m.Files = install.Planned{Files: m.Files, Contents: planned}
		return install.Discover(m, f.env), nil
	}
	r := request{Op: opDiscover, Path: f.env, Machine: m, Planned: map[string]string{}}
	r.Machine.Files = nil
	r.Machine.Env = publicEnvironment(m.Env)
	if plain, _, _ := f.plain(f.env); plain {
		if snapshot, err := f.Load(f.env); err == nil && snapshot.Exists {
			r.Planned[f.env] = string(snapshot.Bytes)
		}
	}
	for path, data := range planned {
		r.Planned[path] = string(data)
	}
	a, _, err := f.process.ask(r)
	if err != nil || a.Install == nil {
		return install.Install{}, err
	}
	return *a.Install, nil
}

// passedOn are the variables of root's environment that another user's compose file may
// refer to: with the others, it could send root's secrets to its own relay.
var passedOn = []string{"HOME", "LANG", "LOGNAME", "PATH", "PWD", "TZ", "USER"}

func publicEnvironment(env []string) []string {
	var out []string
	for _, pair := range env {
		name, _, _ := strings.Cut(pair, "=")
		if strings.HasPrefix(name, "COMPOSE_") || slices.Contains(passedOn, name) {
			out = append(out, pair)
		}
	}
	return out
}
