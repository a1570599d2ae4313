package atomicfile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// acl is a POSIX ACL as the kernel keeps it: owner rw, user 4242 r, group r, mask r, others as said.
func acl(others uint16) []byte {
	out := binary.LittleEndian.AppendUint32(nil, 2) // version
	for _, entry := range []struct {
		tag, perm uint16
		id        uint32
	}{{0x01, 6, 0xffffffff}, {0x02, 4, 4242}, {0x04, 4, 0xffffffff}, {0x10, 4, 0xffffffff}, {0x20, others, 0xffffffff}} {
		out = binary.LittleEndian.AppendUint16(out, entry.tag)
		out = binary.LittleEndian.AppendUint16(out, entry.perm)
		out = binary.LittleEndian.AppendUint32(out, entry.id)
	}
	return out
}

func TestSaveCopiesAttributesAndACL(t *testing.T) {
	t.Parallel()
	for name, value := range map[string][]byte{"user.note": []byte("kept"), "system.posix_acl_access": acl(0)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), ".env")
			write(t, path, "old", 0o640)
			if err := unix.Setxattr(path, name, value, 0); errors.Is(err, unix.ENOTSUP) {
				t.Skip("this file system has no " + name)
			} else if err != nil {
				t.Fatal(err)
			}
			// With an ACL user 4242 may read although mode and owner say no.
			opt := File{}
			if name != "user.note" {
				opt.ReadBy = &User{UID: 4242, GID: 4242}
			}
			if _, err := save(system{}, path, "new", opt); err != nil {
				t.Fatal(err)
			}
			got := make([]byte, 256)
			n, err := unix.Getxattr(path, name, got)
			if err != nil || !bytes.Equal(got[:n], value) || modeOf(t, path) != 0o640 {
				t.Errorf("%q, %v, %v", got[:n], err, modeOf(t, path))
			}
		})
	}
}

// A directory may hand an ACL down to whatever is made in it. The file that is
// saved, and its backup, let nobody in by it.
func TestSaveInADirectoryWithAnACL(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		old  string
		mode os.FileMode
		own  bool // the old file has an ACL itself
		want os.FileMode
	}{
		{"old", 0o640, false, 0o640},
		{"old", 0o600, false, 0o600},
		{"old", 0o644, false, 0o644},
		{"old", 0o640, true, 0o640},
		{"", 0o644, false, 0o644},
		{"", 0o600, false, 0o600},
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, ".env")
		if c.old != "" {
			write(t, path, c.old, c.mode)
		}
		if c.own {
			setACL(t, path, posixACL, acl(0))
		}
		setACL(t, dir, "system.posix_acl_default", acl(4))
		saved, err := save(system{}, path, "new", File{NewMode: c.mode})
		must(t, err)
		if got := attribute(t, path, posixACL); c.own != bytes.Equal(got, acl(0)) || !c.own && got != nil || modeOf(t, path) != c.want {
			t.Errorf("%+v: ACL %q, %v", c, got, modeOf(t, path))
		}
		if saved.Backup != "" && (attribute(t, saved.Backup, posixACL) != nil || modeOf(t, saved.Backup) != 0o600) {
			t.Errorf("%+v: the backup has an ACL", c)
		}
	}
}

func setACL(t *testing.T, path, name string, value []byte) {
	t.Helper()
	if err := unix.Setxattr(path, name, value, 0); errors.Is(err, unix.ENOTSUP) {
		t.Skip("this file system has no ACLs")
	} else if err != nil {
		t.Fatal(err)
	}
}

// attribute is nil when there is none.
func attribute(t *testing.T, path, name string) []byte {
	t.Helper()
	value := make([]byte, 256)
	n, err := unix.Getxattr(path, name, value)
	if errors.Is(err, unix.ENODATA) {
		return nil
	}
	must(t, err)
	return value[:n]
}

func TestRenameNewReplacesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	a, b := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	for _, rename := range []func(string, string) error{renameNew, renameChecked} {
		write(t, a, "a", 0o600)
		write(t, b, "b", 0o600)
		if err := rename(a, b); !errors.Is(err, os.ErrExist) || contents(t, b) != "b" {
			t.Errorf("%v, %q", err, contents(t, b))
		}
		must(t, os.Remove(b))
		if err := rename(a, b); err != nil || contents(t, b) != "a" {
			t.Errorf("%v, %q", err, contents(t, b))
		}
	}
}
