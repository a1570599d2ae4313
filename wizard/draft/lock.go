package draft

import (
	"errors"
	"os"
	"syscall"
)

// ErrInUse says that another instance works on the same .env.
var ErrInUse = errors.New("another smtp-wizard is working on this file")

// acquire takes the lock file, which the kernel gives back when its holder
// dies, however it dies.
func acquire(path string) (*os.File, error) {
	for range 10 {
		f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
		if err != nil {
			return nil, err
		}
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil && current(f, path) {
			return f, nil
		}
		f.Close()
		switch {
		case errors.Is(err, syscall.EWOULDBLOCK):
			return nil, ErrInUse
		case err != nil:
			return nil, err
		}
	}
	return nil, errors.New("the lock changes hands too fast")
}

// current reports whether the locked file is still the one at path: its last
// holder may have removed it between our open and our lock.
func current(f *os.File, path string) bool {
	mine, err := f.Stat()
	there, gone := os.Stat(path)
	return err == nil && gone == nil && os.SameFile(mine, there)
}

// release removes the lock file while it is still held, so that nobody else's
// can be removed.
func release(f *os.File, path string) error {
	err := os.Remove(path)
	return errors.Join(err, f.Close())
}
