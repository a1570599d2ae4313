package atomicfile

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"smtp-wizard/internal/lazy"
)

// keepBackups is how many backups of a file are kept.
const keepBackups = 5

var backupStamp = lazy.Compile(`^\.(\d{8}T\d{6}Z)(?:-(\d{1,3}))?\.bak$`)

// backup is a backup with the parts of its name: its second, and its number in it.
type backup struct {
	path, stamp string
	n           int
}

// backUp copies the old file to NAME.<UTC time>.bak, with a number if there already is
// one for that second.
func (r *replacement) backUp() error {
	if !r.old.Exists {
		return nil
	}
	temp, err := r.temporary(r.old.Bytes, access{uid: r.old.UID, gid: r.old.GID, mode: 0o600}, tempSuffix)
	if err != nil {
		return err
	}
	defer temp.discard()
	made, _ := r.backups() // if the directory cannot be listed, none is pruned either
	// Not the first free number: it may have been that of a pruned backup of the same
	// second, and the newest would look like the oldest.
	stamp, n := r.now.UTC().Format("20060102T150405Z"), 0
	for _, b := range made {
		if b.stamp == stamp {
			n = max(n, b.n+1)
		}
	}
	for ; n < 1000; n++ {
		path := r.old.Target + "." + stamp
		if n > 0 {
			path += fmt.Sprintf("-%d", n)
		}
		err := temp.rename(path+".bak", ifMissing)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return err
		}
		r.saved.Backup = path + ".bak"
		return r.syncDirectory()
	}
	return errors.New("too many backups in this second")
}

// dropBackup removes the backup of a failed save.
func (r *replacement) dropBackup() {
	if r.saved.Backup != "" {
		_ = r.remove(r.saved.Backup)
		r.saved.Backup = ""
	}
}

// backups are those of this file, the newest first.
func (r *replacement) backups() ([]backup, error) {
	var backups []backup
	names, err := r.list(r.folder)
	for _, name := range names {
		rest, ok := strings.CutPrefix(name, filepath.Base(r.old.Target))
		if m := backupStamp.FindStringSubmatch(rest); ok && m != nil {
			n, _ := strconv.Atoi(m[2]) // without a number it is 0, the first
			backups = append(backups, backup{filepath.Join(r.folder, name), m[1], n})
		}
	}
	sort.Slice(backups, func(i, j int) bool {
		return cmp.Or(strings.Compare(backups[i].stamp, backups[j].stamp), backups[i].n-backups[j].n) > 0
	})
	return backups, err
}

// pruneBackups removes all but the newest backups of this file.
func (r *replacement) pruneBackups() {
	if r.saved.Backup == "" {
		return
	}
	backups, err := r.backups()
	for i := keepBackups; i < len(backups) && err == nil; i++ {
		err = r.remove(backups[i].path)
	}
	if err != nil {
		r.warn("old backups could not be removed")
	}
}
