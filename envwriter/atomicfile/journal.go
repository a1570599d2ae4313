package atomicfile

import (
	"bytes"
	"encoding/json"
	"io"
	"path/filepath"
	"strings"
)

// journal records a secret file that a transaction is about to create. If a killed run
// left it behind, that file is a leftover too, unless the file that was to refer to it
// does.
type journal struct {
	Name  string // of the secret file, in the directory of the journal
	Inode uint64
	For   string // the file that refers to it, the last of the transaction
}

const journalSuffix = ".journal"

// writeJournals writes one for each secret file that a killed run could leave behind.
func (t *transaction) writeJournals() error {
	last := t.files[len(t.files)-1]
	for _, r := range t.files {
		if r == last || !r.file.Secret || r.old.Exists {
			continue
		}
		made, err := r.temp.file.stat()
		if err == nil {
			text, _ := json.Marshal(journal{filepath.Base(r.old.Target), made.ino, last.old.Target})
			r.journal, err = r.temporary(text, access{uid: -1, gid: -1, mode: 0o600}, journalSuffix)
		}
		if err != nil {
			return r.failed("write a temporary file", err)
		}
	}
	return nil
}

// leftover is the secret file that a killed run certainly left behind, according to
// its journal, or "".
func leftover(d disk, path string) string {
	f, err := d.open(path, openRead, 0)
	if err != nil {
		return ""
	}
	defer f.Close()
	var j journal
	text, err := io.ReadAll(io.LimitReader(f, maxSize))
	if err != nil || json.Unmarshal(text, &j) != nil || j.Name != filepath.Base(j.Name) {
		return ""
	}
	secret := filepath.Join(filepath.Dir(path), j.Name)
	made, err := d.lstat(secret)
	if err != nil || !made.mode.IsRegular() || made.ino != j.Inode || made.links != 1 {
		return ""
	}
	refers, err := load(d, j.For)
	if err != nil || bytes.Contains(refers.Bytes, []byte(j.Name)) {
		return ""
	}
	return secret
}

// IsLeftover reports whether a secret file was left by a run that was killed before
// anything referred to it. The next save in its directory removes it.
func IsLeftover(calls Calls, path string) bool { return isLeftover(system{calls}, path) }

func isLeftover(d disk, path string) bool {
	names, _ := d.list(filepath.Dir(path))
	for _, name := range names {
		if isTemporary(name) && strings.HasSuffix(name, journalSuffix) &&
			leftover(d, filepath.Join(filepath.Dir(path), name)) == filepath.Clean(path) {
			return true
		}
	}
	return false
}
