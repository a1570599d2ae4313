//go:build e2e && linux

package e2e

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"smtp-wizard/envwriter/atomicfile"
	"smtp-wizard/internal/casetest"
)

// Some of this needs a mount namespace. The test binary runs itself again there,
// with the name of the part to play.
const envPart = "SMTP_WIZARD_E2E_ENV_PART"

var envParts = map[string]func(t testing.TB, dir string){
	"bind mount": envBindMount,
	"full disk":  envFullDisk,
	"read-only":  envReadOnly,
}

// init plays a part before any test starts: what else the tests need, the
// namespace may not have.
func init() {
	if part := envParts[os.Getenv(envPart)]; part != nil {
		t := &envPartTB{}
		part(t, os.Getenv("SMTP_WIZARD_E2E_ENV_DIR"))
		if t.failed {
			os.Exit(1)
		}
		os.Exit(envPartPlayed)
	}
}

// envPartPlayed is the exit code of a part that went well, which nothing else has.
const envPartPlayed = 42

// A envPartTB is a testing.TB outside of a test.
type envPartTB struct {
	testing.TB
	failed bool
}

func (t *envPartTB) Helper() {}

func (t *envPartTB) Errorf(format string, args ...any) {
	t.failed = true
	fmt.Fprintf(os.Stderr, format+"\n", args...)
}

func (t *envPartTB) Fatal(args ...any) {
	fmt.Fprintln(os.Stderr, args...)
	os.Exit(1)
}

// playEnvPart runs a part in a mount namespace of its own, which a user that is not
// root may have too.
func playEnvPart(t *testing.T, part, dir string) {
	t.Helper()
	cmd := program(t, os.Args[0])
	cmd.Env = []string{envPart + "=" + part, "SMTP_WIZARD_E2E_ENV_DIR=" + dir}
	cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS}
	if os.Geteuid() != 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{
			Cloneflags:  syscall.CLONE_NEWNS | syscall.CLONE_NEWUSER,
			UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
			GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
		}
	}
	cmd.Dir = "/"
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState.ExitCode() != envPartPlayed {
		t.Errorf("%v\n%s", err, out)
	}
}

// envSave saves one file.
func envSave(path, text string, f atomicfile.File) (atomicfile.Saved, error) {
	f.Path, f.Bytes = path, []byte(text)
	saved, err := atomicfile.SaveAll([]atomicfile.File{f})
	if err != nil {
		return atomicfile.Saved{}, err
	}
	return saved[0], nil
}

func envPut(t testing.TB, path, text string, mode fs.FileMode) {
	t.Helper()
	casetest.Must(t, os.WriteFile(path, []byte(text), 0o600))
	casetest.Must(t, os.Chmod(path, mode))
}

// envExpect checks contents, mode and owner; an owner of -1 is not checked.
func envExpect(t testing.TB, path, text string, mode fs.FileMode, uid, gid int) {
	t.Helper()
	got, err := os.ReadFile(path)
	casetest.Must(t, err)
	info, err := os.Stat(path)
	casetest.Must(t, err)
	sys := info.Sys().(*syscall.Stat_t)
	if string(got) != text || info.Mode().Perm() != mode || uid >= 0 && (int(sys.Uid) != uid || int(sys.Gid) != gid) {
		t.Errorf("%s: %q %v %d:%d, want %q %v %d:%d", path, got, info.Mode(), sys.Uid, sys.Gid, text, mode, uid, gid)
	}
}

func envAlone(t testing.TB, path string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	casetest.Must(t, err)
	for _, e := range entries {
		if e.Name() != filepath.Base(path) && e.Name() != "filler" {
			t.Errorf("%s is left", e.Name())
		}
	}
}

func envNeedRoot(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Fatal("needs root")
	}
}

func TestEnvOwnerAndGroupAreKept(t *testing.T) {
	envNeedRoot(t)
	path := filepath.Join(t.TempDir(), ".env")
	for _, c := range []struct {
		mode, want fs.FileMode
		by         *atomicfile.User
	}{
		{0o644, 0o644, nil},
		{0o640, 0o640, nil},
		{0o640, 0o640, &atomicfile.User{UID: 4000, GID: 4002}},
		{0o644, 0o600, &atomicfile.User{UID: 4001, GID: 4001}},
		{0o644, 0o640, &atomicfile.User{UID: 4000, GID: 4000, Groups: []int{4002}}},
		{0o644, 0o644, &atomicfile.User{UID: 4000, GID: 4000}},
	} {
		envPut(t, path, "old", c.mode)
		casetest.Must(t, os.Chown(path, 4001, 4002))
		saved, err := envSave(path, "new", atomicfile.File{ReadBy: c.by, Close: c.by != nil})
		casetest.Must(t, err)
		envExpect(t, path, "new", c.want, 4001, 4002)
		envExpect(t, saved.Backup, "old", 0o600, 4001, 4002)
	}
}

func TestEnvTheReaderCanRead(t *testing.T) {
	envNeedRoot(t)
	path := filepath.Join(t.TempDir(), ".env")
	by := &atomicfile.User{UID: 4001, GID: 4002}
	_, err := envSave(path, "new", atomicfile.File{ReadBy: by})
	casetest.Must(t, err)
	envExpect(t, path, "new", 0o600, 4001, 4002)

	envPut(t, path, "root's", 0o600)
	casetest.Must(t, os.Chown(path, 0, 0))
	_, err = envSave(path, "new", atomicfile.File{ReadBy: by})
	casetest.Must(t, err)
	envExpect(t, path, "new", 0o600, 0, 0)
}

func TestEnvMounts(t *testing.T) {
	for _, part := range []string{"bind mount", "full disk", "read-only"} {
		t.Run(part, func(t *testing.T) { playEnvPart(t, part, t.TempDir()) })
	}
}

// envBindMount: a single file mounted from elsewhere, as containers have it.
func envBindMount(t testing.TB, dir string) {
	source, path := filepath.Join(dir, "source"), filepath.Join(dir, "etc", ".env")
	casetest.Must(t, os.Mkdir(filepath.Dir(path), 0o700))
	envPut(t, source, "old", 0o640)
	envPut(t, path, "", 0o600)
	casetest.Must(t, syscall.Mount(source, path, "", syscall.MS_BIND, ""))
	defer syscall.Unmount(path, 0)
	before, err := atomicfile.Load(path)
	casetest.Must(t, err)
	if _, err := envSave(path, "new and longer", atomicfile.File{Before: &before}); !errors.Is(err, atomicfile.ErrMounted) {
		t.Errorf("%v", err)
	}
	envExpect(t, source, "old", 0o640, -1, -1)
	envAlone(t, path)
	saved, err := envSave(path, "new and longer", atomicfile.File{Before: &before, InPlace: true})
	casetest.Must(t, err)
	envExpect(t, source, "new and longer", 0o640, -1, -1)
	envExpect(t, saved.Backup, "old", 0o600, -1, -1)
}

// envFullDisk: neither way of saving harms the file on a disk without room.
func envFullDisk(t testing.TB, dir string) {
	casetest.Must(t, syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=64k"))
	defer syscall.Unmount(dir, 0)
	path := filepath.Join(dir, ".env")
	old := strings.Repeat("A=old\n", 600)
	envPut(t, path, old, 0o600)
	filler, err := os.Create(filepath.Join(dir, "filler"))
	casetest.Must(t, err)
	for err == nil {
		_, err = filler.Write(make([]byte, 512))
	}
	for _, inPlace := range []bool{false, true} {
		_, err := envSave(path, strings.Repeat("A=new\n", 1600), atomicfile.File{InPlace: inPlace})
		if !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("in place %v: %v", inPlace, err)
		}
		envExpect(t, path, old, 0o600, -1, -1)
		envAlone(t, path)
	}
}

func envReadOnly(t testing.TB, dir string) {
	path := filepath.Join(dir, ".env")
	envPut(t, path, "old", 0o600)
	casetest.Must(t, syscall.Mount(dir, dir, "", syscall.MS_BIND, ""))
	defer syscall.Unmount(dir, 0)
	casetest.Must(t, syscall.Mount("", dir, "", syscall.MS_BIND|syscall.MS_REMOUNT|syscall.MS_RDONLY, ""))
	if _, err := envSave(path, "new", atomicfile.File{}); !errors.Is(err, syscall.EROFS) {
		t.Errorf("%v", err)
	}
	envExpect(t, path, "old", 0o600, -1, -1)
	envAlone(t, path)
}
