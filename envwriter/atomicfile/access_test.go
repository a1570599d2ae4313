package atomicfile

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"smtp-wizard/internal/casetest"
)

func TestAccess(t *testing.T) {
	t.Parallel()
	owner := os.Getuid()
	cases := []struct {
		name  string
		old   fs.FileMode
		by    *User
		close bool
		want  fs.FileMode
		warns string
	}{
		{"owner reads, open to all", 0o644, &User{UID: owner, GID: -2}, false, 0o644, "everyone"},
		{"nobody known, open to all", 0o644, nil, false, 0o644, "everyone"},
		{"owner reads, closed", 0o644, &User{UID: owner, GID: -2}, true, 0o600, ""},
		{"root reads, closed", 0o644, &User{UID: 0}, true, 0o600, ""},
		{"nobody known, closed", 0o664, nil, true, 0o640, ""},
		{"group reads, closed", 0o644, &User{UID: 4242, GID: os.Getgid()}, true, 0o640, ""},
		{"group reads by a second group", 0o664, &User{UID: 4242, GID: 4242, Groups: []int{os.Getgid()}}, true, 0o640, ""},
		{"somebody else reads, closed", 0o644, &User{UID: 4242, GID: 4242}, true, 0o644, ""},
		{"open to the group stays", 0o640, &User{UID: owner, GID: -2}, false, 0o640, ""},
		{"somebody else cannot", 0o600, &User{UID: 4242, GID: 4242}, false, 0o600, "user 4242 must be able to read "},
		{"the group cannot", 0o604, &User{UID: 4242, GID: os.Getgid()}, false, 0o604, "user 4242 must be able to read "},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), ".env")
			write(t, path, "old", c.old)
			saved, err := save(own, path, "new", File{ReadBy: c.by, Close: c.close})
			casetest.Must(t, err)
			is(t, path, "new", c.want)
			if got := strings.Join(saved.Warnings, ", "); !strings.HasPrefix(got, c.warns) || c.warns == "" && got != "" {
				t.Errorf("warned %q, want %q", got, c.warns)
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
		"without an ACL the mode is closed":         {note, note, 0o644, &User{UID: 0}, 0o600},
		"what is made from the contents is not copied": {map[string]string{
			"user.note": "kept", "security.ima": "x", "security.evm": "x", "security.capability": "x"}, note, 0o640, nil, 0o640},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), ".env")
			write(t, path, "old", c.mode)
			copied := map[string]string{}
			d := shown{disk: own, path: path, run: os.Getuid(), attributes: c.shown,
				set: func(name string, value []byte) { copied[name] = string(value) }}
			_, err := save(d, path, "new", File{ReadBy: c.by, Close: true})
			casetest.Must(t, err)
			if !maps.Equal(copied, c.copied) {
				t.Errorf("copied %v, want %v", copied, c.copied)
			}
			is(t, path, "new", c.want)
		})
	}
}

// TestNewAccess: who gets a file that was not there.
func TestNewAccess(t *testing.T) {
	t.Parallel()
	reader := &User{UID: 4242, GID: 4243, Groups: []int{4244}}
	for name, c := range map[string]struct {
		run  int
		file File
		want access
	}{
		"nobody is known":              {0, File{}, access{0, -1, 0o600, nil}},
		"root gives it to its reader":  {0, File{ReadBy: reader}, access{4242, 4243, 0o600, nil}},
		"root gives it to a group":     {0, File{ReadBy: reader, Group: 77, NewMode: 0o640}, access{0, 77, 0o640, nil}},
		"its maker reads it":           {4242, File{ReadBy: reader}, access{4242, -1, 0o600, nil}},
		"the group is all that can be": {1000, File{ReadBy: reader}, access{1000, 4243, 0o640, nil}},
		"everybody may read it":        {1000, File{ReadBy: reader, NewMode: 0o644}, access{1000, -1, 0o644, nil}},
	} {
		r := replacement{disk: shown{run: c.run}, file: c.file}
		if got := r.newAccess(); got.uid != c.want.uid || got.gid != c.want.gid || got.mode != c.want.mode {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}
