package install

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// maxFile bounds every file that is read: compose's loader takes seconds and
// hundreds of megabytes for ten of them.
const maxFile = 1 << 20

// errTooLarge is a file that is refused unread.
var errTooLarge = errors.New("it is larger than 1 MiB and was not read")

// Files is the file system as discovery sees it. Paths are absolute.
type Files interface {
	// Read reads a regular file of at most 1 MiB.
	Read(path string) ([]byte, error)
	// Glob is filepath.Glob.
	Glob(pattern string) ([]string, error)
	// Local is where a library that opens files by itself finds one.
	Local(path string) string
}

// Machine is what discovery looks at.
type Machine struct {
	Files    Files
	Hostname string // "" where the machine does not tell
	Home     string // of the admin, or ""
	UID      int
	Dir      string   // where the admin stands
	Env      []string // what compose would be started with
}

// ThisMachine is the real one.
func ThisMachine() Machine {
	home, _ := os.UserHomeDir()
	host, _ := os.Hostname()
	dir, _ := os.Getwd()
	return Machine{Files: Disk{}, Hostname: host, Home: home, UID: os.Getuid(), Dir: dir, Env: os.Environ()}
}

// Disk reads below Root, which is the file system's root where it is "".
type Disk struct{ Root string }

// Local is the path on the real file system.
func (d Disk) Local(path string) string { return d.Root + path }

// Glob lists files, as paths below Root.
func (d Disk) Glob(pattern string) ([]string, error) {
	found, err := filepath.Glob(d.Root + pattern)
	for i := range found {
		found[i] = strings.TrimPrefix(found[i], d.Root)
	}
	return found, err
}

// Read never waits for a pipe, and looks at the size before it reads.
func (d Disk) Read(path string) ([]byte, error) {
	f, err := os.OpenFile(d.Local(path), os.O_RDONLY|syscall.O_NONBLOCK, 0)
	var failed *fs.PathError
	if errors.As(err, &failed) {
		failed.Path = path
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is not a regular file", path)
	case info.Size() > maxFile:
		return nil, fmt.Errorf("%s: %w", path, errTooLarge)
	}
	data := bytes.NewBuffer(make([]byte, 0, info.Size()+bytes.MinRead))
	if _, err = data.ReadFrom(io.LimitReader(f, maxFile+1)); err == nil && data.Len() > maxFile {
		return nil, fmt.Errorf("%s: %w", path, errTooLarge)
	}
	return data.Bytes(), err
}

// glob lists files in order; a mistaken pattern has none.
func (m Machine) glob(pattern string) []string {
	found, _ := m.Files.Glob(pattern)
	slices.Sort(found)
	return found
}

// exists reports whether there is something of that name.
func (m Machine) exists(path string) bool {
	_, err := m.Files.Read(path)
	return !missing(err)
}

// missing reports whether a file was not read because it is not there.
func missing(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}

// account is a user whose units and quadlets count.
type account struct {
	name, home string
	uid        int
}

var rootAccount = account{name: "root", home: "/root"}

// accounts are the admin, and whoever's home has the file.
func (m Machine) accounts(path string) []account {
	var out []account
	seen := map[string]bool{}
	add := func(a account) {
		if a.home != "" && a.home != "/" && !seen[a.home] {
			seen[a.home] = true
			out = append(out, a)
		}
	}
	passwd, _ := m.Files.Read("/etc/passwd")
	for line := range strings.Lines(string(passwd)) {
		f := strings.Split(strings.TrimSpace(line), ":")
		if len(f) < 7 {
			continue
		}
		uid, err := strconv.Atoi(f[2])
		if err == nil && (f[5] == m.Home || within(f[5], path)) {
			add(account{name: f[0], home: filepath.Clean(f[5]), uid: uid})
		}
	}
	if m.Home != "" {
		add(account{name: filepath.Base(m.Home), home: m.Home, uid: m.UID})
	}
	return out
}

// within reports whether a path lies below a directory.
func within(dir, path string) bool {
	return strings.HasPrefix(path, strings.TrimSuffix(dir, "/")+"/")
}

// join makes a path absolute.
func join(dir, path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(dir, path)
}
