package atomicfile

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"smtp-wizard/internal/casetest"
)

// Of runs that made their edit from the same file, one saves it and the others
// find that it has changed.
func TestSavesAtTheSameTime(t *testing.T) {
	t.Parallel()
	for range 10 {
		path := filepath.Join(t.TempDir(), ".env")
		write(t, path, "old", 0o600)
		before, err := Load(path)
		casetest.Must(t, err)
		var runs sync.WaitGroup
		errs := make([]error, 8)
		for i := range errs {
			runs.Go(func() {
				_, errs[i] = save(own, path, fmt.Sprint(i), File{Before: &before})
			})
		}
		runs.Wait()
		won := -1
		for i, err := range errs {
			if err == nil {
				won = i
			} else if !errors.Is(err, errChanged) {
				t.Errorf("%v", err)
			}
		}
		if won < 0 || contents(t, path) != fmt.Sprint(won) || strings.Count(fmt.Sprint(errs), "<nil>") != 1 {
			t.Errorf("%v, %q", errs, contents(t, path))
		}
	}
}

func TestSaveWaitsForAnother(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	files := []File{{Path: filepath.Join(dir, "a"), Bytes: []byte("new")}, {Path: filepath.Join(dir, ".env"), Bytes: []byte("new")}}
	other, err := own.open(dir, os.O_RDONLY, 0)
	casetest.Must(t, err)
	casetest.Must(t, other.lock())
	impatient := newTransaction(own, noon, files)
	impatient.lockWait = 30 * time.Millisecond
	if _, err := impatient.run(); !errors.Is(err, errBusy) || len(listing(t, dir)) != 0 {
		t.Errorf("%v, %v", err, listing(t, dir))
	}
	time.AfterFunc(50*time.Millisecond, func() { other.Close() })
	if saved, err := SaveAll(files); err != nil || len(saved) != 2 {
		t.Errorf("%+v, %v", saved, err)
	}
}

func TestSaveWithoutLocks(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, ".env")
	write(t, path, "old", 0o600)
	saved, err := save(shown{disk: own, run: os.Getuid(), lock: syscall.ENOLCK}, path, "new", File{})
	if err != nil || contents(t, path) != "new" || len(listing(t, dir)) != 2 {
		t.Errorf("%+v, %v, %v", saved, err, listing(t, dir))
	}
}

// A set that names one directory in two ways does not wait for itself.
func TestSetInOneDirectoryByTwoNames(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	files := []File{{Path: filepath.Join(dir, "a"), Bytes: []byte("new")}, {Path: "b", Bytes: []byte("new")}}
	if _, err := saveAll(own, noon, files); err != nil {
		t.Fatal(err)
	}
	holds(t, dir, "a", "b")
}
