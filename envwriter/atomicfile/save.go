package atomicfile

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// File is a file to save. Only Path and Bytes are required.
type File struct {
	Path  string
	Bytes []byte
	// Before is the file that the new contents were made from: if it has changed since,
	// saving fails. Nil skips that check.
	Before *Snapshot
	// ReadBy is the user who must be able to read the file, or nil if unknown. A new
	// file will belong to that user.
	ReadBy *User
	// Close removes everyone's access, except what ReadBy needs.
	Close bool
	// MustBeNew refuses an existing file, or a dangling symlink.
	MustBeNew bool
	// Secret is for a file with nothing but a password: it is not written through a
	// symlink, nor to a file that belongs to anyone but root, this process or ReadBy.
	Secret bool
	// InPlace overwrites the file instead of replacing it: for ErrMounted, with the
	// admin's consent, as it is safe only because of the backup.
	InPlace bool
	// NewMode is the mode of a new file; 0 is 0600.
	NewMode fs.FileMode
	// Group is the group of a new file, for root; 0 is the default.
	Group int
	// Verify checks what is read back from the disk, if not nil.
	Verify func(contents []byte) bool
}

// Saved says what happened to a file.
type Saved struct {
	Path     string // as given
	Changed  bool   // false: it already had these contents and was not touched
	Created  bool
	Backup   string // its path, or "" for a new or unchanged file
	Warnings []string
}

// saveError says why nothing was saved, and which files could not be restored.
type saveError struct {
	err     error // an *Error
	changed []Saved
}

func (e *saveError) Error() string {
	if len(e.changed) == 0 {
		return fmt.Sprintf("%v (nothing was changed)", e.err)
	}
	var paths []string
	for _, s := range e.changed {
		paths = append(paths, s.Path)
	}
	return fmt.Sprintf("%v (could not be restored: %s)", e.err, strings.Join(paths, ", "))
}

func (e *saveError) Unwrap() error { return e.err }

// SaveAll saves files that belong together: all of them or, if the disk permits, none.
// Each is replaced atomically (except with InPlace), in the given order: a secret file
// goes before the .env that refers to it.
//
// Owner, group, mode, ACL and extended attributes are kept. The old file is backed up
// as NAME.<UTC time>.bak, 0600; the newest five backups are kept. Concurrent runs wait
// for each other's lock on the directory. Errors wrap an *Error.
func SaveAll(files []File) ([]Saved, error) { return saveAll(own, time.Now(), files) }

func saveAll(d disk, now time.Time, files []File) ([]Saved, error) {
	return newTransaction(d, now, files).run()
}

func newTransaction(d disk, now time.Time, files []File) *transaction {
	t := &transaction{disk: d, directories: map[inode]*directory{}, lockWait: 5 * time.Second}
	for _, f := range files {
		t.files = append(t.files, &replacement{disk: d, now: now, file: f, saved: Saved{Path: f.Path}})
	}
	return t
}

// transaction saves files together.
type transaction struct {
	disk
	files       []*replacement
	directories map[inode]*directory
	lockWait    time.Duration // for another run that saves in the same directory
}

// run takes all files through one step after the other. Everything that can fail is
// done before the first file is replaced; if replacing one fails, the earlier ones are
// restored.
func (t *transaction) run() ([]Saved, error) {
	defer hold()()
	defer t.cleanUp()
	if err := each(t.files, "find", (*replacement).locate); err != nil {
		return nil, t.rollBack(err)
	}
	// In the same order in every run, so that two runs cannot deadlock.
	sorted := slices.Clone(t.files)
	slices.SortStableFunc(sorted, func(a, b *replacement) int { return cmp.Compare(a.folder, b.folder) })
	err := each(sorted, "lock the directory", t.lockDirectory)
	if err == nil {
		err = each(t.files, "check", (*replacement).inspect)
	}
	if err == nil {
		err = each(t.files, "write a temporary file", (*replacement).prepare)
	}
	if err == nil {
		err = t.writeJournals()
	}
	if err == nil {
		err = each(t.files, "replace", (*replacement).commit)
	}
	if err != nil {
		return nil, t.rollBack(err)
	}
	var saved []Saved
	for _, r := range t.files {
		r.pruneBackups()
		saved = append(saved, r.saved)
	}
	return saved, nil
}

// saving counts the transactions in progress.
var saving sync.WaitGroup

// hold keeps signals from ending the process during a save, until release is called.
func hold() (release func()) {
	saving.Add(1)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	return func() {
		signal.Stop(signals)
		saving.Done()
	}
}

// Wait waits for all saves. Call it before the process exits: a save may outlive a
// canceled caller.
func Wait() { saving.Wait() }

// each does a step for every file until one fails.
func each(files []*replacement, stage string, step func(*replacement) error) error {
	for _, r := range files {
		if err := step(r); err != nil {
			return r.failed(stage, err)
		}
	}
	return nil
}

// rollBack restores what was replaced, in reverse order. If a file cannot be restored,
// the earlier ones, to which it may refer, are kept too.
func (t *transaction) rollBack(err error) error {
	out := &saveError{err: err}
	for _, r := range slices.Backward(t.files) {
		if restoring := r.restore(); restoring != nil {
			if errors.Is(err, errReadBack) { // which says that it was restored
				out.err = r.failed("restore the old file", restoring)
			}
			break
		}
	}
	for _, r := range t.files {
		if r.saved.Changed {
			out.changed = append(out.changed, r.saved)
			r.journal.keep()
		} else {
			r.dropBackup()
		}
	}
	return out
}

func (t *transaction) cleanUp() {
	for _, r := range t.files {
		r.temp.discard()
		r.journal.discard()
	}
	for _, d := range t.directories {
		_ = d.Close()
	}
}

// directory is locked while files in it are saved: two concurrent runs could each find
// a file unchanged and then overwrite each other's.
type directory struct {
	handle
	locked bool // false on file systems without locks, such as some network ones
}

// inode identifies a file independently of its name.
type inode struct{ dev, ino uint64 }

// lockDirectory locks each directory only once, whatever paths lead there.
func (t *transaction) lockDirectory(r *replacement) error {
	f, err := r.open(r.folder, openRead, 0)
	if err != nil {
		r.warn("the directory could not be opened, so the new name may not survive a power failure")
		return nil
	}
	seen, err := f.stat()
	file := inode{seen.dev, seen.ino}
	if known := t.directories[file]; err != nil || known != nil {
		r.directory = known
		return errors.Join(err, f.Close())
	}
	r.directory = &directory{handle: f}
	t.directories[file] = r.directory
	for begun := time.Now(); ; time.Sleep(10 * time.Millisecond) {
		err := f.lock()
		if r.directory.locked = err == nil; !isBusy(err) {
			return nil
		}
		if time.Since(begun) > t.lockWait {
			return errBusy
		}
	}
}
