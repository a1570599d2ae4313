package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"smtp-wizard/internal/casetest"
)

// loadInTime is Load, which must not wait for somebody to write to a FIFO.
func loadInTime(t *testing.T, path string) (s Snapshot, err error) {
	t.Helper()
	done := make(chan struct{})
	go func() { defer close(done); s, err = Load(path) }()
	select {
	case <-done:
	case <-time.After(time.Minute):
		t.Fatalf("%s: it hangs", path)
	}
	return s, err
}

func TestLoad(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	write(t, at("file"), "A=1\n", 0o640)
	write(t, at("big"), strings.Repeat("x", maxSize+1), 0o600)
	casetest.Must(t, os.Symlink("file", at("link")))
	casetest.Must(t, os.Symlink("nowhere", at("dangling")))
	casetest.Must(t, os.Symlink("loop", at("loop")))
	casetest.Must(t, os.Mkdir(at("dir"), 0o700))
	casetest.Must(t, syscall.Mkfifo(at("fifo"), 0o600))
	cases := []struct {
		name string
		want error
	}{
		{"file", nil}, {"link", nil}, {"missing", nil},
		{"dangling", errDangling}, {"dir", errDirectory}, {"fifo", errNotRegular}, {"big", errTooBig},
		{"nodir/file", fs.ErrNotExist}, {"file/file", syscall.ENOTDIR},
	}
	for _, c := range cases {
		s, err := loadInTime(t, at(c.name))
		if !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
		if file := (*Error)(nil); err != nil && (!errors.As(err, &file) || file.Stage == "" || file.Path != at(c.name)) {
			t.Errorf("%s: %#v", c.name, err)
		}
		if err == nil && s.Exists != (c.name != "missing") {
			t.Errorf("%s: exists %v", c.name, s.Exists)
		}
	}
	if _, err := Load(at("loop")); err == nil {
		t.Error("a loop of links loads")
	}
	if _, err := Load("/dev/null"); !errors.Is(err, errNotRegular) {
		t.Errorf("/dev/null: %v", err)
	}
	s, err := Load(at("link"))
	if err != nil || s.Target != at("file") || string(s.Bytes) != "A=1\n" || s.Mode != 0o640 {
		t.Errorf("through a link: %+v, %v", s, err)
	}
}

func TestFileErrorSaysWhereAndWhy(t *testing.T) {
	t.Parallel()
	cases := map[string]error{
		".env: open: permission denied":     &fs.PathError{Op: "open", Path: "/x", Err: syscall.EACCES},
		".env: open: " + ErrMounted.Error(): ErrMounted,
		".env: open: file exists":           &os.LinkError{Op: "rename", Old: "a", New: "b", Err: syscall.EEXIST},
	}
	for want, err := range cases {
		if got := (&Error{Stage: "open", Path: ".env", Err: err}).Error(); got != want {
			t.Errorf("says %q, want %q", got, want)
		}
	}
}
