package envwriter

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// acl is a POSIX ACL as the kernel keeps it: owner rw, user 4242 r, group r, mask r, others nothing.
func acl() []byte {
	out := binary.LittleEndian.AppendUint32(nil, 2) // version
	for _, entry := range []struct {
		tag, perm uint16
		id        uint32
	}{{0x01, 6, 0xffffffff}, {0x02, 4, 4242}, {0x04, 4, 0xffffffff}, {0x10, 4, 0xffffffff}, {0x20, 0, 0xffffffff}} {
		out = binary.LittleEndian.AppendUint16(out, entry.tag)
		out = binary.LittleEndian.AppendUint16(out, entry.perm)
		out = binary.LittleEndian.AppendUint32(out, entry.id)
	}
	return out
}

func TestSaveCopiesAttributesAndACL(t *testing.T) {
	t.Parallel()
	for name, value := range map[string][]byte{"user.note": []byte("kept"), "system.posix_acl_access": acl()} {
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
			opt := SaveOptions{}
			if name != "user.note" {
				opt.ReadBy = &User{UID: 4242, GID: 4242}
			}
			if _, err := Save(path, []byte("new"), opt); err != nil {
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
