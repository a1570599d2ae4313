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

// temporaryName is what temporary files are called, and nothing else is.
var temporaryName = lazy.Compile(`^\.envwriter-[A-Z2-7]{26}\.(tmp|journal)$`)

func isTemporary(name string) bool { return temporaryName.MatchString(name) }

// A temporary is a finished file that does not have its name yet.
type temporary struct {
	disk
	file handle
	path string // empty once it is renamed
}

// rename gives the file its name. After an exchange the temporary one is that of
// the file that had it.
func (t *temporary) rename(to string, how Renaming) error {
	err := t.disk.rename(t.path, to, how)
	if err == nil && how != exchanging {
		t.path = ""
	}
	return err
}

// discard closes the file, and removes what has its temporary name.
func (t *temporary) discard() {
	if t == nil {
		return
	}
	if t.path != "" {
		_ = t.remove(t.path)
	}
	_ = t.file.Close()
}

// keep leaves the file where it is, for the next run.
func (t *temporary) keep() {
	if t != nil {
		t.path = ""
	}
}

// temporary writes contents to a new file in the target's directory and forces
// them to disk.
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

// sweep removes what killed runs left in the directory: while it is locked, no
// other run has temporary files there.
func (r *replacement) sweep() {
	if r.directory == nil || !r.directory.locked {
		return
	}
	names, _ := r.list(r.folder) // where it cannot be read nothing is lost by a leftover
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
