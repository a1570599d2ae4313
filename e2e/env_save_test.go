//go:build e2e && linux

package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"smtp-wizard/envwriter"
)

// Some of this needs another user, or a mount namespace. The test binary runs
// itself again there, with the name of the part to play.
const envPart = "SMTP_WIZARD_E2E_ENV_PART"

var envParts = map[string]func(t testing.TB, dir string){
	"bind mount":       envBindMount,
	"full disk":        envFullDisk,
	"read-only":        envReadOnly,
	"foreign owner":    envForeignOwner,
	"read-only folder": envReadOnlyFolder,
}

// init plays a part before any test starts: what else the tests need, another
// user or namespace may not have.
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

// playEnvPart runs a part with a prepared folder that everybody may enter.
func playEnvPart(t *testing.T, part, dir string, attr *syscall.SysProcAttr) {
	t.Helper()
	binary, err := os.ReadFile(os.Args[0]) // where it is now, others may not look
	envOK(t, err)
	copied := filepath.Join(t.TempDir(), "part")
	envOpenTo(t, filepath.Dir(copied))
	envOK(t, os.WriteFile(copied, binary, 0o755))
	cmd := program(t, copied)
	cmd.Env = []string{envPart + "=" + part, "SMTP_WIZARD_E2E_ENV_DIR=" + dir}
	cmd.SysProcAttr = attr
	cmd.Dir = "/"
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState.ExitCode() != envPartPlayed {
		t.Errorf("%v\n%s", err, out)
	}
}

// envOpenTo lets everybody pass through a temporary folder and those above it.
func envOpenTo(t testing.TB, dir string) {
	for ; len(dir) > len(os.TempDir()); dir = filepath.Dir(dir) {
		envOK(t, os.Chmod(dir, 0o755))
	}
}

func envOK(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func envPut(t testing.TB, path, text string, mode fs.FileMode) {
	t.Helper()
	envOK(t, os.WriteFile(path, []byte(text), 0o600))
	envOK(t, os.Chmod(path, mode))
}

// envExpect checks contents, mode and owner; an owner of -1 is not checked.
func envExpect(t testing.TB, path, text string, mode fs.FileMode, uid, gid int) {
	t.Helper()
	got, err := os.ReadFile(path)
	envOK(t, err)
	info, err := os.Stat(path)
	envOK(t, err)
	sys := info.Sys().(*syscall.Stat_t)
	if string(got) != text || info.Mode().Perm() != mode || uid >= 0 && (int(sys.Uid) != uid || int(sys.Gid) != gid) {
		t.Errorf("%s: %q %v %d:%d, want %q %v %d:%d", path, got, info.Mode(), sys.Uid, sys.Gid, text, mode, uid, gid)
	}
}

func envAlone(t testing.TB, path string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	envOK(t, err)
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

// envNamespace gives a mount namespace of its own, to a user that is not root too.
func envNamespace() *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS}
	if os.Geteuid() != 0 {
		attr = &syscall.SysProcAttr{
			Cloneflags:  syscall.CLONE_NEWNS | syscall.CLONE_NEWUSER,
			UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
			GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
		}
	}
	return attr
}

func TestEnvOwnerAndGroupAreKept(t *testing.T) {
	envNeedRoot(t)
	path := filepath.Join(t.TempDir(), ".env")
	for _, c := range []struct {
		mode, want fs.FileMode
		by         *envwriter.User
	}{
		{0o640, 0o640, nil},
		{0o640, 0o640, &envwriter.User{UID: 4000, GID: 4002}},
		{0o644, 0o600, &envwriter.User{UID: 4001, GID: 4001}},
		{0o644, 0o640, &envwriter.User{UID: 4000, GID: 4000, Groups: []int{4002}}},
		{0o644, 0o644, &envwriter.User{UID: 4000, GID: 4000}},
	} {
		envPut(t, path, "old", c.mode)
		envOK(t, os.Chown(path, 4001, 4002))
		saved, err := envwriter.Save(path, []byte("new"), envwriter.SaveOptions{ReadBy: c.by})
		envOK(t, err)
		envExpect(t, path, "new", c.want, 4001, 4002)
		envExpect(t, saved.Backup, "old", 0o600, 4001, 4002)
	}
}

func TestEnvTheReaderCanRead(t *testing.T) {
	envNeedRoot(t)
	path := filepath.Join(t.TempDir(), ".env")
	by := &envwriter.User{UID: 4001, GID: 4002}
	_, err := envwriter.Save(path, []byte("new"), envwriter.SaveOptions{ReadBy: by})
	envOK(t, err)
	envExpect(t, path, "new", 0o600, 4001, 4002)

	envPut(t, path, "root's", 0o600)
	envOK(t, os.Chown(path, 0, 0))
	if _, err := envwriter.Save(path, []byte("new"), envwriter.SaveOptions{ReadBy: by}); !errors.Is(err, envwriter.ErrUnreadable) {
		t.Errorf("root's own file for another reader: %v", err)
	}
	envExpect(t, path, "root's", 0o600, 0, 0)
	if _, err := envwriter.Save(path, []byte("new"), envwriter.SaveOptions{ReadBy: by, GiveToReader: true}); !errors.Is(err, envwriter.ErrUnreadable) {
		t.Errorf("root's own file, without a word that it is to be given away: %v", err)
	}
	envExpect(t, path, "root's", 0o600, 0, 0)
	_, err = envwriter.Save(path, []byte("new"), envwriter.SaveOptions{ReadBy: by, GiveToReader: true, GiveExisting: true})
	envOK(t, err)
	envExpect(t, path, "new", 0o600, 4001, 4002)
}

// envOtherUser is a user without any rights of its own.
var envOtherUser = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 4001, Gid: 4001}}

func TestEnvAsAnotherUser(t *testing.T) {
	envNeedRoot(t)
	dir := t.TempDir()
	envOpenTo(t, dir)
	envOK(t, os.Chmod(dir, 0o777))
	path := filepath.Join(dir, ".env")
	envPut(t, path, "root's", 0o644)
	playEnvPart(t, "foreign owner", dir, envOtherUser)
	envExpect(t, path, "root's", 0o644, 0, 0)
	envAlone(t, path)

	envOK(t, os.Chmod(dir, 0o755))
	envOK(t, os.Chown(path, 4001, 4001))
	playEnvPart(t, "read-only folder", dir, envOtherUser)
	envExpect(t, path, "root's", 0o644, 4001, 4001)
	envAlone(t, path)
}

// envForeignOwner: the file of somebody else can be read, and its folder written to,
// but its owner cannot be kept.
func envForeignOwner(t testing.TB, dir string) {
	_, err := envwriter.Save(filepath.Join(dir, ".env"), []byte("new"), envwriter.SaveOptions{})
	if !errors.Is(err, envwriter.ErrOwner) {
		t.Errorf("%v", err)
	}
	_, err = envwriter.Save(filepath.Join(dir, "new.env"), []byte("new"), envwriter.SaveOptions{ReadBy: &envwriter.User{UID: 4007, GID: 4007}})
	if !errors.Is(err, envwriter.ErrUnreadable) {
		t.Errorf("a new file for somebody else: %v", err)
	}
}

func envReadOnlyFolder(t testing.TB, dir string) {
	_, err := envwriter.Save(filepath.Join(dir, ".env"), []byte("new"), envwriter.SaveOptions{})
	if !errors.Is(err, fs.ErrPermission) {
		t.Errorf("%v", err)
	}
}

func TestEnvMounts(t *testing.T) {
	for _, part := range []string{"bind mount", "full disk", "read-only"} {
		t.Run(part, func(t *testing.T) { playEnvPart(t, part, t.TempDir(), envNamespace()) })
	}
}

// envBindMount: a single file mounted from elsewhere, as containers have it.
func envBindMount(t testing.TB, dir string) {
	source, path := filepath.Join(dir, "source"), filepath.Join(dir, "etc", ".env")
	envOK(t, os.Mkdir(filepath.Dir(path), 0o700))
	envPut(t, source, "old", 0o640)
	envPut(t, path, "", 0o600)
	envOK(t, syscall.Mount(source, path, "", syscall.MS_BIND, ""))
	defer syscall.Unmount(path, 0)
	before, err := envwriter.Load(path)
	envOK(t, err)
	if _, err := envwriter.Save(path, []byte("new and longer"), envwriter.SaveOptions{Before: &before}); !errors.Is(err, envwriter.ErrMounted) {
		t.Errorf("%v", err)
	}
	envExpect(t, source, "old", 0o640, -1, -1)
	envAlone(t, path)
	saved, err := envwriter.Save(path, []byte("new and longer"), envwriter.SaveOptions{Before: &before, InPlace: true})
	envOK(t, err)
	envExpect(t, source, "new and longer", 0o640, -1, -1)
	envExpect(t, saved.Backup, "old", 0o600, -1, -1)
}

// envFullDisk: neither way of saving harms the file on a disk without room.
func envFullDisk(t testing.TB, dir string) {
	envOK(t, syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=64k"))
	defer syscall.Unmount(dir, 0)
	path := filepath.Join(dir, ".env")
	old := string(bytes.Repeat([]byte("A=old\n"), 600))
	envPut(t, path, old, 0o600)
	filler, err := os.Create(filepath.Join(dir, "filler"))
	envOK(t, err)
	for err == nil {
		_, err = filler.Write(make([]byte, 512))
	}
	for _, inPlace := range []bool{false, true} {
		_, err := envwriter.Save(path, bytes.Repeat([]byte("A=new\n"), 1600), envwriter.SaveOptions{InPlace: inPlace})
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
	envOK(t, syscall.Mount(dir, dir, "", syscall.MS_BIND, ""))
	defer syscall.Unmount(dir, 0)
	envOK(t, syscall.Mount("", dir, "", syscall.MS_BIND|syscall.MS_REMOUNT|syscall.MS_RDONLY, ""))
	if _, err := envwriter.Save(path, []byte("new"), envwriter.SaveOptions{}); !errors.Is(err, syscall.EROFS) {
		t.Errorf("%v", err)
	}
	envExpect(t, path, "old", 0o600, -1, -1)
	envAlone(t, path)
}

func TestEnvSymlinkIsFollowed(t *testing.T) {
	dir := t.TempDir()
	envOK(t, os.Mkdir(filepath.Join(dir, "shared"), 0o700))
	target, link := filepath.Join(dir, "shared", "pocket-id.env"), filepath.Join(dir, ".env")
	envPut(t, target, "old", 0o640)
	envOK(t, os.Symlink(target, link))
	saved, err := envwriter.Save(link, []byte("new"), envwriter.SaveOptions{})
	envOK(t, err)
	envExpect(t, target, "new", 0o640, -1, -1)
	envExpect(t, saved.Backup, "old", 0o600, -1, -1)
	if to, err := os.Readlink(link); err != nil || to != target {
		t.Errorf("the link is gone: %v", err)
	}
}
