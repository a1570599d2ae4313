package envwriter

import (
	"cmp"
	"slices"
	"time"
)

// lockWait is how long a save waits for another one in the same directory.
const lockWait = 5 * time.Second

// A folder is an open directory, locked while files in it are saved: two runs that
// save at once would each find the file unchanged and then replace each other's.
type folder struct {
	handle
	seen stat
}

// openFolders opens the directory of each file, in the same order in every run, so
// that none waits for the other. With an error it returns at which file.
func (t *set) openFolders() (int, error) {
	order := make([]int, len(t.savers))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(t.savers[a].folder, t.savers[b].folder) })
	for _, i := range order {
		if err := t.openFolder(t.savers[i]); err != nil {
			return i, err
		}
	}
	return 0, nil
}

// openFolder opens and locks the directory of a file, once for all files in it.
func (t *set) openFolder(s *saver) error {
	dir, err := t.open(s.folder, openRead, 0)
	if err != nil {
		s.warn("the directory could not be opened, so the new name is not forced to disk")
		return nil
	}
	seen, err := dir.stat()
	if err != nil {
		_ = dir.Close()
		return s.fail("look at the directory", err)
	}
	for _, known := range t.folders {
		if known.seen.dev == seen.dev && known.seen.ino == seen.ino {
			_ = dir.Close()
			s.dir = known
			return nil
		}
	}
	t.folders = append(t.folders, folder{dir, seen})
	if s.dir = dir; !t.lock(dir) {
		return s.fail("check", ErrBusy)
	}
	return nil
}

// lock reports false when somebody else keeps the lock. Where there are no locks,
// as on some network file systems, it goes on without.
func (t *set) lock(dir handle) bool {
	for begun := time.Now(); ; time.Sleep(10 * time.Millisecond) {
		if err := dir.lock(); !isBusy(err) {
			return true
		}
		if time.Since(begun) > t.patience {
			return false
		}
	}
}
