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

// A File is a file to be saved. With Path and Bytes alone it replaces whatever is
// there.
type File struct {
	Path  string
	Bytes []byte
	// Before is the file as it was when its new contents were made: a change since
	// then is refused. Nil takes the file as it is now.
	Before *Snapshot
	// ReadBy is the user who has to be able to read the file; nil is not known. A new
	// file is made for him.
	ReadBy *User
	// Close shuts everybody else out of a file that all may read, as far as ReadBy
	// can still read it.
	Close bool
	// MustBeNew refuses what is there already, a dangling symlink too.
	MustBeNew bool
	// Secret is for a file that holds nothing but a password: it is not written
	// through a symlink, nor into a file that belongs neither to root, nor to who
	// runs this, nor to ReadBy.
	Secret bool
	// InPlace writes over the file instead of replacing it: for ErrMounted, after
	// asking. Only the backup makes that safe.
	InPlace bool
	// NewMode is the mode of a file that did not exist; 0600 when 0.
	NewMode fs.FileMode
	// Group is that of a file that did not exist, where root makes it; 0 is as usual.
	Group int
	// Verify looks at what is read back from the disk; nil accepts it.
	Verify func(contents []byte) bool
}

// Saved tells what happened to a file.
type Saved struct {
	Path    string // as given
	Changed bool   // false: it had these contents already and was not touched
	Created bool
	Backup  string // its path; empty for a new or unchanged file
	// Warnings are about what did not matter enough to fail.
	Warnings []string
}

// A saveError says why nothing was saved, and which files are new all the same
// because they could not be restored.
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

// SaveAll saves files that belong together: all of them or, as far as the disk
// lets it, none. At any moment each of them is the old one or the new one (but for
// InPlace). What others refer to belongs first: a secret file before the .env that
// names it.
//
// Owner, group, mode, ACL and extended attributes are kept. The old file is kept as
// NAME.<UTC time>.bak, 0600, the newest five of them. Runs that save in one
// directory wait for each other. Errors wrap an *Error.
func SaveAll(files []File) ([]Saved, error) { return saveAll(system{}, time.Now(), files) }

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

// A transaction is files being saved together.
type transaction struct {
	disk
	files       []*replacement
	directories map[inode]*directory
	lockWait    time.Duration // for another run that saves in the same directory
}

// run takes all files through one step after the other. What can fail is done for
// all of them before the first is replaced; then they are replaced in the order
// given, and the earlier ones are restored when a later one fails.
func (t *transaction) run() ([]Saved, error) {
	defer hold()()
	defer t.cleanUp()
	if err := each(t.files, "find", (*replacement).locate); err != nil {
		return nil, t.rollBack(err)
	}
	// In the same order in every run, so that no two wait for each other.
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

// saving counts the transactions under way.
var saving sync.WaitGroup

// hold keeps signals from ending the process in the middle of a save, until the
// function that it returns is called.
func hold() (release func()) {
	saving.Add(1)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	return func() {
		signal.Stop(signals)
		saving.Done()
	}
}

// Wait waits for the end of all saves. Call it before the process exits: one may go on
// whose caller has been canceled.
func Wait() { saving.Wait() }

// each does a step for every file up to the first that fails.
func each(files []*replacement, stage string, step func(*replacement) error) error {
	for _, r := range files {
		if err := step(r); err != nil {
			return r.failed(stage, err)
		}
	}
	return nil
}

// rollBack restores what was replaced, the last one first. A file that cannot be
// restored keeps those that it may refer to.
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

// A directory is locked while files in it are saved: two runs that save at once
// would each find the file unchanged and then replace each other's.
type directory struct {
	handle
	locked bool // false where there are no locks, as on some network file systems
}

// An inode is a file under whatever name.
type inode struct{ dev, ino uint64 }

// lockDirectory locks a directory once, by whatever paths its files are named.
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
