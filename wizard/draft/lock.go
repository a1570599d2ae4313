package draft

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// InUseError says that another instance works on the same .env.
type InUseError struct {
	PID int // of the other instance; 0 when it is not known
}

func (e *InUseError) Error() string {
	if e.PID == 0 {
		return "another smtp-wizard is working on this file"
	}
	return fmt.Sprintf("another smtp-wizard (process %d) is working on this file", e.PID)
}

// acquire takes the lock file, which the kernel gives back when its holder
// dies, however it dies.
func acquire(path string) (*os.File, error) {
	for range 10 {
		f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0o600)
		if err != nil {
			return nil, err
		}
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if errors.Is(err, syscall.EWOULDBLOCK) {
			defer f.Close()
			return nil, &InUseError{PID: holder(f)}
		}
		if err == nil && current(f, path) {
			return f, sign(f)
		}
		f.Close()
		if err != nil {
			return nil, err
		}
	}
	return nil, errors.New("the lock changes hands too fast")
}

// current reports whether the locked file is still the one at path: its last
// holder may have removed it between our open and our lock.
func current(f *os.File, path string) bool {
	mine, err := f.Stat()
	if err != nil {
		return false
	}
	there, err := os.Lstat(path)
	return err == nil && os.SameFile(mine, there)
}

// sign writes our process ID into the locked file.
func sign(f *os.File) error {
	err := f.Truncate(0)
	if err == nil {
		_, err = f.WriteString(strconv.Itoa(os.Getpid()) + "\n")
	}
	if err != nil {
		f.Close()
	}
	return err
}

func holder(f *os.File) int {
	data := make([]byte, 32)
	n, _ := f.Read(data)
	pid, err := strconv.Atoi(strings.TrimSpace(string(data[:n])))
	if err != nil || pid < 0 {
		return 0
	}
	return pid
}

// release removes the lock file while it is still held, so that nobody else's
// can be removed.
func release(f *os.File, path string) error {
	err := os.Remove(path)
	return errors.Join(err, f.Close())
}
