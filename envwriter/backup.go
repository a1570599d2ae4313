package envwriter

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// keepBackups is how many backups of a file are kept.
const keepBackups = 5

// backup keeps the old file beside the new one under a name of its own:
// NAME.<UTC time>.bak, with a number when that second has one already.
func (s *saver) backup() error {
	if !s.old.Exists {
		return nil
	}
	temp, err := s.temporary(s.old.Bytes, access{uid: s.old.UID, gid: s.old.GID, mode: 0o600})
	if err != nil {
		return err
	}
	defer temp.discard()
	made, _ := s.backups() // where the folder cannot be listed, none is removed from it either
	// Not the first free number: an older one of the same second may be gone
	// already, and the newest would then be taken for the oldest.
	stamp, first := s.now.UTC().Format(stampLayout), 0
	for _, b := range made {
		if b.stamp == stamp {
			first = max(first, b.n+1)
		}
	}
	for n := first; n < 1000; n++ {
		path := s.backupPath(n)
		err := s.rename(temp.path, path, false)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return err
		}
		temp.path, s.saved.Backup = "", path
		return s.syncDir()
	}
	return errors.New("too many backups in this second")
}

func (s *saver) backupPath(n int) string {
	stamp := s.now.UTC().Format(stampLayout)
	if n > 0 {
		stamp += fmt.Sprintf("-%d", n)
	}
	return s.old.Target + "." + stamp + ".bak"
}

// dropBackup removes the backup of a save that did not happen.
func (s *saver) dropBackup() {
	if s.saved.Backup != "" {
		_ = s.remove(s.saved.Backup)
		s.saved.Backup = ""
	}
}

const stampLayout = "20060102T150405Z"

var backupStamp = regexp.MustCompile(`^\.(\d{8}T\d{6}Z)(?:-(\d{1,3}))?\.bak$`)

// backupFile is a backup by its name: its second, and its number in it.
type backupFile struct {
	name, stamp string
	n           int
}

// backups are those of this file, the newest first.
func (s *saver) backups() ([]backupFile, error) {
	var backups []backupFile
	names, err := s.list(s.folder)
	for _, name := range names {
		rest, ok := strings.CutPrefix(name, filepath.Base(s.old.Target))
		if m := backupStamp.FindStringSubmatch(rest); ok && m != nil {
			n, _ := strconv.Atoi(m[2]) // no number is the first
			backups = append(backups, backupFile{name, m[1], n})
		}
	}
	slices.SortFunc(backups, func(a, b backupFile) int {
		if c := strings.Compare(b.stamp, a.stamp); c != 0 {
			return c
		}
		return b.n - a.n
	})
	return backups, err
}

// prune removes all but the newest backups of this file.
func (s *saver) prune() {
	if s.saved.Backup == "" {
		return
	}
	backups, err := s.backups()
	for i := keepBackups; i < len(backups) && err == nil; i++ {
		err = s.remove(filepath.Join(s.folder, backups[i].name))
	}
	if err != nil {
		s.warn("old backups could not be removed")
	}
}
