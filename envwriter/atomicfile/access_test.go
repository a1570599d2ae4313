package atomicfile

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"testing"
)

func TestAccess(t *testing.T) {
	t.Parallel()
	owner := os.Getuid()
	cases := []struct {
		name string
		old  fs.FileMode
		by   *User
		want fs.FileMode
		err  error
	}{
		{"owner reads, open to all", 0o644, &User{UID: owner, GID: -2}, 0o600, nil},
		{"root reads, open to all", 0o644, &User{UID: 0}, 0o600, nil},
		{"group reads, open to all", 0o644, &User{UID: 4242, GID: os.Getgid()}, 0o640, nil},
		{"group reads by a second group", 0o664, &User{UID: 4242, GID: 4242, Groups: []int{os.Getgid()}}, 0o640, nil},
		{"somebody else reads, open to all", 0o644, &User{UID: 4242, GID: 4242}, 0o644, nil},
		{"nobody known, open to all", 0o644, nil, 0o644, nil},
		{"open to the group stays", 0o640, &User{UID: owner, GID: -2}, 0o640, nil},
		{"somebody else cannot", 0o600, &User{UID: 4242, GID: 4242}, 0, ErrUnreadable},
		{"the group cannot", 0o604, &User{UID: 4242, GID: os.Getgid()}, 0, ErrUnreadable},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), ".env")
			write(t, path, "old", c.old)
			_, err := save(system{}, path, "new", File{ReadBy: c.by})
			if !errors.Is(err, c.err) || (err == nil) != (c.err == nil) {
				t.Fatalf("%v, want %v", err, c.err)
			}
			if err == nil {
				is(t, path, "new", c.want)
			} else {
				is(t, path, "old", c.old)
			}
		})
	}
}

func TestAttributes(t *testing.T) {
	t.Parallel()
	acl := map[string]string{"system.posix_acl_access": "x"}
	note := map[string]string{"user.note": "kept"}
	for name, c := range map[string]struct {
		shown, copied map[string]string
		mode          fs.FileMode
		by            *User
		want          fs.FileMode
	}{
		"an ACL keeps the mode that is open to all": {acl, acl, 0o644, &User{UID: 0}, 0o644},
		"an ACL may let in whom the mode does not":  {acl, acl, 0o640, &User{UID: 4242, GID: 4242}, 0o640},
		"without an ACL the mode is tightened":      {note, note, 0o644, &User{UID: 0}, 0o600},
		"what is made from the contents is not copied": {map[string]string{
			"user.note": "kept", "security.ima": "x", "security.evm": "x", "security.capability": "x"}, note, 0o640, nil, 0o640},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), ".env")
			write(t, path, "old", c.mode)
			copied := map[string]string{}
			d := shown{disk: system{}, path: path, run: os.Getuid(), attributes: c.shown,
				set: func(name string, value []byte) { copied[name] = string(value) }}
			_, err := save(d, path, "new", File{ReadBy: c.by})
			must(t, err)
			if !maps.Equal(copied, c.copied) {
				t.Errorf("copied %v, want %v", copied, c.copied)
			}
			is(t, path, "new", c.want)
		})
	}
}
