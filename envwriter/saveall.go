package envwriter

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// A FileToSave is one of several files that belong together.
type FileToSave struct {
	Path    string
	Bytes   []byte
	Options SaveOptions
}

// SecretFile is a file that holds one value and nothing else, no line end either:
// what KEY_FILE variables point to. It is made at 0600, belongs to its reader and is
// saved with SaveOptions.Secret.
func SecretFile(path, value string, opt SaveOptions) FileToSave {
	opt.Secret = true
	return FileToSave{Path: path, Bytes: []byte(value), Options: opt}
}

// A SetError says that saving several files failed. All are as they were, but for
// those in Saved.
type SetError struct {
	Saved    []Saved  // those before the failed one that could not be put back: they are new
	Failed   Saved    // the one that failed; Failed.Changed tells whether it is the new one
	NotTried []string // paths of those behind it
	Err      error    // a *FileError
}

func (e *SetError) Error() string {
	var changed []string
	for _, s := range append(slices.Clone(e.Saved), e.Failed) {
		if s.Changed {
			changed = append(changed, s.Path)
		}
	}
	if len(changed) == 0 {
		return fmt.Sprintf("%v (nothing was changed)", e.Err)
	}
	return fmt.Sprintf("%v (%s could not be put back)", e.Err, names(changed))
}

func (e *SetError) Unwrap() error { return e.Err }

// SaveAll saves files that belong together: all of them or, as far as the disk
// lets it, none. What can fail is done for all before the first is replaced; then
// they are replaced in the order given, and the earlier ones are put back when a
// later one fails. At any moment each of them is the old one or the new one. What
// others refer to belongs first: a secret file before the .env that names it. The
// error is a *SetError.
func SaveAll(files []FileToSave) ([]Saved, error) { return saveAll(system{}, time.Now(), files) }

func saveAll(d disk, now time.Time, files []FileToSave) ([]Saved, error) {
	t := &set{disk: d, patience: lockWait}
	return t.run(now, files)
}

// A set is files being saved together.
type set struct {
	disk
	savers   []*saver
	folders  []folder
	patience time.Duration
}

func (t *set) run(now time.Time, files []FileToSave) ([]Saved, error) {
	defer t.close()
	for _, f := range files {
		t.savers = append(t.savers, &saver{disk: t.disk, now: now, opt: f.Options, new: f.Bytes, saved: Saved{Path: f.Path}})
	}
	if failed, err := t.save(); err != nil {
		return nil, t.abort(failed, err)
	}
	var saved []Saved
	for _, s := range t.savers {
		s.prune()
		saved = append(saved, s.saved)
	}
	return saved, nil
}

// save takes all files through one stage after the other. With an error it returns
// at which of them it stopped.
func (t *set) save() (int, error) {
	last := len(t.savers) - 1
	if i, err := t.each(func(i int) error { return t.savers[i].find() }); err != nil {
		return i, err
	}
	if i, err := t.openFolders(); err != nil {
		return i, err
	}
	if i, err := t.each(func(i int) error { return t.savers[i].begin() }); err != nil {
		return i, err
	}
	if i, err := t.each(func(i int) error { return t.savers[i].prepare(i == last) }); err != nil {
		return i, err
	}
	return t.each(func(i int) error { return t.savers[i].commit() })
}

func (t *set) each(do func(i int) error) (int, error) {
	for i := range t.savers {
		if err := do(i); err != nil {
			return i, err
		}
	}
	return 0, nil
}

// abort puts back what was replaced, the last one first. A file that cannot be
// put back keeps those that it may refer to.
func (t *set) abort(failed int, err error) error {
	out := &SetError{Err: err}
	for i := failed; i >= 0; i-- {
		if undone := t.savers[i].undo(); undone != nil {
			if errors.Is(err, ErrReadBack) { // which says that it was put back
				out.Err = undone
			}
			break
		}
	}
	for _, s := range t.savers {
		if !s.saved.Changed {
			s.dropBackup()
		}
	}
	out.Failed = t.savers[failed].saved
	for _, s := range t.savers[:failed] {
		if s.saved.Changed {
			out.Saved = append(out.Saved, s.saved)
		}
	}
	for _, s := range t.savers[failed+1:] {
		out.NotTried = append(out.NotTried, s.saved.Path)
	}
	return out
}

func (t *set) close() {
	for _, s := range t.savers {
		s.close()
	}
	for _, dir := range t.folders {
		_ = dir.Close()
	}
}
