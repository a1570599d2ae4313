package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"slices"
	"testing"
	"time"

	"smtp-wizard/internal/casetest"
)

func write(t testing.TB, path, contents string, mode fs.FileMode) {
	t.Helper()
	casetest.Must(t, os.WriteFile(path, []byte(contents), 0o600))
	casetest.Must(t, os.Chmod(path, mode))
}

// listing names everything in a directory.
func listing(t testing.TB, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	casetest.Must(t, err)
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}

// holds checks what is in a directory.
func holds(t testing.TB, dir string, want ...string) {
	t.Helper()
	if got := listing(t, dir); !slices.Equal(got, want) {
		t.Errorf("there is %q, want %q", got, want)
	}
}

func contents(t testing.TB, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	casetest.Must(t, err)
	return string(b)
}

func modeOf(t testing.TB, path string) fs.FileMode {
	t.Helper()
	info, err := os.Lstat(path)
	casetest.Must(t, err)
	return info.Mode()
}

// is checks contents and mode of a file.
func is(t testing.TB, path, want string, mode fs.FileMode) {
	t.Helper()
	if got, gotMode := contents(t, path), modeOf(t, path); got != want || gotMode != mode {
		t.Errorf("%s is %q at %v, want %q at %v", path, got, gotMode, want, mode)
	}
}

var noon = time.Date(2026, 11, 23, 9, 45, 0, 0, time.UTC)

// noonBackup is what a backup of noon is called.
const noonBackup = ".20261123T094500Z.bak"

// save saves one file, at noon. With an error it returns what became of the file.
func save(d disk, path, contents string, f File) (Saved, error) {
	f.Path, f.Bytes = path, []byte(contents)
	saved, err := saveAll(d, noon, []File{f})
	if err == nil {
		return saved[0], nil
	}
	failed := (*saveError)(nil)
	if errors.As(err, &failed) && len(failed.changed) > 0 {
		return failed.changed[0], failed.err
	}
	return Saved{}, err
}

func reject([]byte) bool { return false }
