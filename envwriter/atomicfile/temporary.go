package atomicfile

import (
	"crypto/rand"
	"os"
	"path/filepath"
	"strings"

	"smtp-wizard/internal/lazy"
)

const tempSuffix = ".tmp"

const (
	openRead  = os.O_RDONLY
	openNew   = os.O_WRONLY | os.O_CREATE | os.O_EXCL
	openWrite = os.O_WRONLY
)

// temporaryName matches only the names of temporary files.
var temporaryName = lazy.Compile(`^\.envwriter-[A-Z2-7]{26}\.(tmp|journal)$`)

func isTemporary(name string) bool { return temporaryName.MatchString(name) }

// temporary is a complete file under a temporary name.
type temporary struct {
	disk
	file handle
	path string // empty once renamed
}

// rename gives the file its final name. After an exchange, the file that had it is the
// temporary one.
func (t *temporary) rename(to string, how Renaming) error {
	err := t.disk.rename(t.path, to, how)
	if err == nil && how != exchanging {
		t.path = ""
	}
	return err
}

// discard closes the file, and removes the temporary name.
func (t *temporary) discard() {
	if t == nil {
		return
	}
	if t.path != "" {
		_ = t.remove(t.path)
	}
	_ = t.file.Close()
}

// keep keeps discard from removing the file.
func (t *temporary) keep() {
	if t != nil {
		t.path = ""
	}
}

// temporary writes contents to a new file in the target's directory, and syncs it.
func (r *replacement) temporary(contents []byte, a access, suffix string) (*temporary, error) {
	path := filepath.Join(r.folder, ".envwriter-"+rand.Text()+suffix)
	f, err := r.open(path, openNew, 0o600)
	if err != nil {
		return nil, err
	}
	t := &temporary{disk: r.disk, file: f, path: path}
	_, err = f.WriteAt(contents, 0)
	if err == nil {
		err = a.apply(f)
	}
	if err == nil {
		err = f.Sync()
	}
	if err != nil {
		t.discard()
		return nil, err
	}
	return t, nil
}

// sweep removes what killed runs left in the directory: while we hold the lock, no other
// run has temporary files there.
func (r *replacement) sweep() {
	if r.directory == nil || !r.directory.locked {
		return
	}
	names, _ := r.list(r.folder) // best effort: leftovers do no harm
	for _, name := range names {
		path := filepath.Join(r.folder, name)
		if !isTemporary(name) {
			continue
		}
		if strings.HasSuffix(name, journalSuffix) {
			if secret := leftover(r.disk, path); secret != "" && r.remove(secret) != nil {
				continue // the next run may remove it
			}
		}
		_ = r.remove(path)
	}
}
