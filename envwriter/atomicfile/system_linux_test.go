package atomicfile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"smtp-wizard/internal/casetest"
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

// A directory may hand an ACL down to whatever is made in it. The file that is
// saved, and its backup, let nobody in by it.
func TestSaveInADirectoryWithAnACL(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		old  string
		mode os.FileMode
		own  bool // the old file has an ACL itself
	}{{"old", 0o640, false}, {"old", 0o600, false}, {"old", 0o644, false}, {"old", 0o640, true}, {"", 0o644, false}, {"", 0o600, false}} {
		dir := t.TempDir()
		path := filepath.Join(dir, ".env")
		if c.old != "" {
			write(t, path, c.old, c.mode)
		}
		if c.own {
			setAttribute(t, path, posixACL, acl(0))
		}
		setAttribute(t, dir, "system.posix_acl_default", acl(4))
		saved, err := save(own, path, "new", File{NewMode: c.mode})
		casetest.Must(t, err)
		if got := attribute(t, path, posixACL); c.own != bytes.Equal(got, acl(0)) || !c.own && got != nil || modeOf(t, path) != c.mode {
			t.Errorf("%+v: ACL %q, %v", c, got, modeOf(t, path))
		}
		if saved.Backup != "" && (attribute(t, saved.Backup, posixACL) != nil || modeOf(t, saved.Backup) != 0o600) {
			t.Errorf("%+v: the backup has an ACL", c)
		}
	}
}

func setAttribute(t *testing.T, path, name string, value []byte) {
	t.Helper()
	if err := unix.Setxattr(path, name, value, 0); errors.Is(err, unix.ENOTSUP) {
		t.Skip("this file system has no " + name)
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
	casetest.Must(t, err)
	return value[:n]
}

func TestRename(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	a, b := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	write(t, a, "a", 0o600)
	write(t, b, "b", 0o600)
	if err := (own).rename(a, b, ifMissing); !errors.Is(err, os.ErrExist) || contents(t, b) != "b" {
		t.Errorf("%v, %q", err, contents(t, b))
	}
	casetest.Must(t, own.rename(a, b, exchanging))
	if contents(t, a) != "b" || contents(t, b) != "a" {
		t.Errorf("%q, %q", contents(t, a), contents(t, b))
	}
	casetest.Must(t, os.Remove(b))
	casetest.Must(t, own.rename(a, b, ifMissing))
}
