package asowner

import (
	"encoding/json"
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"smtp-wizard/envwriter/atomicfile"
	"smtp-wizard/pocketid/install"
)

// server runs in the process with the user's privileges.
type server struct {
	atomicfile.Own
	files  *net.UnixConn
	folder string // the path of the working directory, if it was passed as a descriptor
}

// The descriptors it is started with, besides the standard ones.
const (
	socketFD = 3
	folderFD = 4
)

// Serve answers requests until standard input ends, and returns the exit code.
func Serve() int {
	conn, err := net.FileConn(os.NewFile(socketFD, "files"))
	if err != nil {
		return 1
	}
	files, ok := conn.(*net.UnixConn)
	if !ok {
		return 1
	}
	syscall.Umask(0o077)
	s := &server{files: files}
	in := json.NewDecoder(os.Stdin)
	for {
		var r request
		if err := receive(in, &r); err != nil {
			return 0
		}
		a, opened := s.answer(r)
		if err := send(os.Stdout, a); err != nil {
			return 1
		}
		if opened != nil {
			_, _, err := s.files.WriteMsgUnix([]byte{0}, unix.UnixRights(int(opened.Fd())), nil)
			_ = opened.Close()
			if err != nil {
				return 1
			}
		}
	}
}

func (s *server) answer(r request) (a answer, opened *os.File) {
	var err error
	switch r.Op {
	case opBecome:
		a.IDs, err = s.become(r)
	case opOpen:
		opened, err = open(s.local(r.Path), r.Flags, r.Mode)
	case opResolve:
		if a.Path, err = s.Resolve(s.local(r.Path)); err == nil && !filepath.IsAbs(a.Path) {
			a.Path = filepath.Join(s.folder, a.Path)
		}
	case opRemove:
		err = s.Remove(s.local(r.Path))
	case opRename:
		err = s.Rename(s.local(r.Path), s.local(r.To), r.How)
	case opGlob:
		a.Paths, err = userView{s, r}.Glob(r.Path)
	case opDiscover:
		contents := map[string][]byte{}
		for path, data := range r.Planned {
			contents[path] = []byte(data)
		}
		r.Machine.Files = install.Planned{Files: userView{s, r}, Contents: contents}
		in := install.Discover(r.Machine, r.Path)
		a.Install = &in
	}
	a.fail(err)
	return a, opened
}

// become changes to the directory and irrevocably switches to the user.
func (s *server) become(r request) ([]int, error) {
	if r.Known {
		if err := unix.Fchdir(folderFD); err != nil {
			return nil, err
		}
		s.folder = r.Path
		_ = unix.Close(folderFD)
	}
	err := syscall.Setgroups(r.User.Groups)
	if err == nil {
		err = syscall.Setresgid(r.User.GID, r.User.GID, r.User.GID)
	}
	if err == nil {
		err = syscall.Setresuid(r.User.UID, r.User.UID, r.User.UID)
	}
	if err != nil {
		return nil, err
	}
	ruid, euid, suid := unix.Getresuid()
	rgid, egid, sgid := unix.Getresgid()
	groups, err := syscall.Getgroups()
	slices.Sort(groups)
	return append([]int{ruid, euid, suid, rgid, egid, sgid}, groups...), err
}

// local is a path as this process reaches it: relative to the directory, whose parents
// may be inaccessible to the user.
func (s *server) local(path string) string {
	if s.folder == "" {
		return path
	}
	if path == s.folder {
		return "."
	}
	if inside, ok := strings.CutPrefix(path, s.folder+"/"); ok {
		return inside
	}
	return path
}

// open does not follow magic links in /proc, which lead to this process's open files.
func open(path string, flags int, mode fs.FileMode) (*os.File, error) {
	how := unix.OpenHow{Flags: uint64(flags) | unix.O_CLOEXEC, Resolve: unix.RESOLVE_NO_MAGICLINKS}
	if flags&os.O_CREATE != 0 {
		how.Mode = uint64(mode.Perm())
	}
	fd, err := unix.Openat2(unix.AT_FDCWD, path, &how)
	if errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EPERM) { // an older kernel, or a container's filter
		fd, err = unix.Open(path, flags|unix.O_CLOEXEC, uint32(mode.Perm()))
	}
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	return os.NewFile(uintptr(fd), path), nil
}

// userView is the file system as the user sees it, with the .env as root read it.
type userView struct {
	server *server
	asked  request
}

// Read reads a file.
func (s userView) Read(path string) ([]byte, error) {
	if data, known := s.asked.Planned[s.asked.Path]; known && s.isEnv(path) {
		return []byte(data), nil
	}
	return install.Disk{}.Read(s.server.local(path))
}

// isEnv reports whether a path leads to the .env, under whatever name.
func (s userView) isEnv(path string) bool {
	if path == s.asked.Path {
		return true
	}
	env, err1 := os.Lstat(s.server.local(s.asked.Path))
	file, err2 := os.Stat(s.server.local(path))
	return err1 == nil && err2 == nil && os.SameFile(env, file)
}

// Glob lists files.
func (s userView) Glob(pattern string) ([]string, error) {
	local := s.server.local(pattern)
	found, err := install.Disk{}.Glob(local)
	if local != pattern {
		for i := range found {
			found[i] = filepath.Join(s.server.folder, found[i])
		}
	}
	return found, err
}

// Local is the path itself.
func (s userView) Local(path string) string { return path }
