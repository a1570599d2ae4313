package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// renameNew renames without ever replacing a file.
func renameNew(from, to string) error {
	err := unix.Renameat2(unix.AT_FDCWD, from, unix.AT_FDCWD, to, unix.RENAME_NOREPLACE)
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOSYS) { // some network file systems
		return renameChecked(from, to)
	}
	if err != nil {
		return &os.LinkError{Op: "rename", Old: from, New: to, Err: err}
	}
	return nil
}

// attributes returns the extended attributes, ACLs among them.
func (f realFile) attributes() (map[string][]byte, error) {
	fd := int(f.Fd())
	list, err := xattrCall(func(buf []byte) (int, error) { return unix.Flistxattr(fd, buf) })
	if errors.Is(err, unix.ENOTSUP) || len(list) == 0 && err == nil {
		return nil, nil
	}
	if err != nil {
		return nil, f.failed("list attributes of", err)
	}
	out := map[string][]byte{}
	for name := range strings.SplitSeq(strings.TrimSuffix(string(list), "\x00"), "\x00") {
		out[name], err = xattrCall(func(buf []byte) (int, error) { return unix.Fgetxattr(fd, name, buf) })
		if err != nil {
			return nil, f.failed("read an attribute of", err)
		}
	}
	return out, nil
}

// xattrCall asks for the size first, and again while the answer outgrows it.
func xattrCall(call func([]byte) (int, error)) ([]byte, error) {
	for {
		size, err := call(nil)
		if err != nil || size == 0 {
			return nil, err
		}
		buf := make([]byte, size)
		n, err := call(buf)
		if errors.Is(err, unix.ERANGE) {
			continue
		}
		return buf[:max(n, 0)], err
	}
}

const posixACL = "system.posix_acl_access"

func (f realFile) dropACL() error {
	err := unix.Fremovexattr(int(f.Fd()), posixACL)
	if errors.Is(err, unix.ENODATA) || errors.Is(err, unix.ENOTSUP) {
		return nil
	}
	return f.failed("remove the ACL of", err)
}

func (f realFile) setAttribute(name string, value []byte) error {
	return f.failed("set an attribute of", unix.Fsetxattr(int(f.Fd()), name, value, 0))
}

func (f realFile) failed(op string, err error) error {
	if err == nil {
		return nil
	}
	return &fs.PathError{Op: op, Path: f.Name(), Err: err}
}
