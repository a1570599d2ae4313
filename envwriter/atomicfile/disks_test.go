package atomicfile

import (
	"io/fs"
	"os"
)

// faulty is a disk of which one call fails, or after one call nothing works any
// more, as if the process had been killed there.
type faulty struct {
	disk
	failAt int // the call to fail, from 0
	err    error
	killed bool // every call from failAt on fails
	calls  []string
}

func (d *faulty) step(name string) error {
	d.calls = append(d.calls, name)
	n := len(d.calls) - 1
	if n == d.failAt || d.killed && n > d.failAt {
		return &fs.PathError{Op: name, Path: "x", Err: d.err}
	}
	return nil
}

// call makes a call that returns something, or fails.
func call[T any](d *faulty, name string, do func() (T, error)) (T, error) {
	if err := d.step(name); err != nil {
		var none T
		return none, err
	}
	return do()
}

func (d *faulty) try(name string, do func() error) error {
	_, err := call(d, name, func() (any, error) { return nil, do() })
	return err
}

func (d *faulty) lstat(path string) (stat, error) {
	return call(d, "lstat", func() (stat, error) { return d.disk.lstat(path) })
}

func (d *faulty) resolve(path string) (string, error) {
	return call(d, "resolve", func() (string, error) { return d.disk.resolve(path) })
}

func (d *faulty) list(dir string) ([]string, error) {
	return call(d, "list", func() ([]string, error) { return d.disk.list(dir) })
}

func (d *faulty) rename(from, to string, how Renaming) error {
	return d.try("rename", func() error { return d.disk.rename(from, to, how) })
}

func (d *faulty) remove(path string) error {
	return d.try("remove", func() error { return d.disk.remove(path) })
}

func (d *faulty) open(path string, flags int, mode fs.FileMode) (handle, error) {
	return call(d, "open", func() (handle, error) {
		f, err := d.disk.open(path, flags, mode)
		if err != nil {
			return nil, err
		}
		return faultyFile{f, d}, nil
	})
}

type faultyFile struct {
	handle
	d *faulty
}

func (f faultyFile) Read(p []byte) (int, error) {
	return call(f.d, "read", func() (int, error) { return f.handle.Read(p) })
}

// WriteAt, when it fails, has written the first half, as on a full disk.
func (f faultyFile) WriteAt(p []byte, at int64) (int, error) {
	err := f.d.step("write")
	switch {
	case err == nil:
		return f.handle.WriteAt(p, at)
	case len(f.d.calls)-1 > f.d.failAt: // killed before
		return 0, err
	}
	n, _ := f.handle.WriteAt(p[:len(p)/2], at)
	return n, err
}

func (f faultyFile) Close() error {
	err := f.d.step("close")
	_ = f.handle.Close() // the system closes it in any case
	return err
}

// sync does not wait for the disk: the machine does not crash in these tests.
func (f faultyFile) Sync() error         { return f.d.step("sync") }
func (f faultyFile) lock() error         { return f.d.try("lock", f.handle.lock) }
func (f faultyFile) dropACL() error      { return f.d.try("drop ACL", f.handle.dropACL) }
func (f faultyFile) stat() (stat, error) { return call(f.d, "fstat", f.handle.stat) }
func (f faultyFile) Chown(uid, gid int) error {
	return f.d.try("chown", func() error { return f.handle.Chown(uid, gid) })
}
func (f faultyFile) Chmod(m fs.FileMode) error {
	return f.d.try("chmod", func() error { return f.handle.Chmod(m) })
}
func (f faultyFile) Truncate(size int64) error {
	return f.d.try("truncate", func() error { return f.handle.Truncate(size) })
}
func (f faultyFile) attributes() (map[string][]byte, error) {
	return call(f.d, "attributes", f.handle.attributes)
}

// hooked is a disk on which something happens before a rename.
type hooked struct {
	disk
	before func(to string) error
}

func (d hooked) rename(from, to string, how Renaming) error {
	if err := d.before(to); err != nil {
		return &os.LinkError{Op: "rename", Old: from, New: to, Err: err}
	}
	return d.disk.rename(from, to, how)
}

// once does something the first time.
func once(do func()) func(string) error {
	done := false
	return func(string) error {
		if !done {
			done = true
			do()
		}
		return nil
	}
}

// shown is a disk that shows one file otherwise than it is, to whoever run is.
type shown struct {
	disk
	path       string
	run        int
	stat       func(*stat)                     // changes what is seen of the file
	lock       error                           // what locking any file returns; nil locks it
	attributes map[string]string               // of the file; nil are the real ones
	set        func(name string, value []byte) // told what is set on others
}

func (d shown) uid() int { return d.run }

func (d shown) lstat(path string) (stat, error) {
	s, err := d.disk.lstat(path)
	if path == d.path && d.stat != nil {
		d.stat(&s)
	}
	return s, err
}

func (d shown) open(path string, flags int, mode fs.FileMode) (handle, error) {
	f, err := d.disk.open(path, flags, mode)
	return shownFile{f, d, path == d.path}, err
}

type shownFile struct {
	handle
	d    shown
	here bool
}

func (f shownFile) stat() (stat, error) {
	s, err := f.handle.stat()
	if f.here && f.d.stat != nil {
		f.d.stat(&s)
	}
	return s, err
}

func (f shownFile) Chown(int, int) error { return nil }

func (f shownFile) lock() error {
	if f.d.lock != nil {
		return f.d.lock
	}
	return f.handle.lock()
}

func (f shownFile) attributes() (map[string][]byte, error) {
	if f.d.attributes == nil {
		return f.handle.attributes()
	}
	out := map[string][]byte{}
	for name, value := range f.d.attributes {
		if f.here {
			out[name] = []byte(value)
		}
	}
	return out, nil
}

func (f shownFile) setAttribute(name string, value []byte) error {
	f.d.set(name, value)
	return nil
}
