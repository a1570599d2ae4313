package envwriter

import (
	"errors"
	"syscall"
)

// writeOver writes over the old file, for one that cannot be replaced. It is the
// only way to save in which a crash can leave a mixture; the backup has the old
// contents then.
func (s *saver) writeOver() error {
	err := s.overwrite(s.new)
	if err == nil {
		s.saved.Changed = true
		return nil
	}
	if s.overwrite(s.old.Bytes) != nil {
		s.saved.Changed = true
		s.warn("the file is damaged; its old contents are in the backup")
	}
	return s.fail("write in place", err)
}

// overwrite first writes what goes beyond the present end, the only part that
// needs room on the disk: a full disk fails before anything is written over.
func (s *saver) overwrite(contents []byte) error {
	f, err := s.open(s.old.Target, openWrite, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	size := min(int(s.old.stat.size), len(contents))
	if _, err := f.WriteAt(contents[size:], int64(size)); err != nil {
		return err
	}
	if _, err := f.WriteAt(contents[:size], 0); err != nil {
		return err
	}
	if err := f.truncate(int64(len(contents))); err != nil {
		return err
	}
	return f.sync()
}

func isBusy(err error) bool {
	return errors.Is(err, syscall.EBUSY) || errors.Is(err, syscall.EWOULDBLOCK)
}

// isUnsupported reports that a file system cannot sync directories.
func isUnsupported(err error) bool {
	return errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOTSUP)
}
