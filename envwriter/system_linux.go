package envwriter

import (
	"bytes"
	"errors"
	"io/fs"
	"os"

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

// attributes returns the extended attributes, ACLs among them. Those that are
// made from the contents (IMA, EVM, capabilities) would be wrong on another file.
func (f realFile) attributes() (map[string][]byte, error) {
	list, err := xattrCall(func(buf []byte) (int, error) { return unix.Flistxattr(int(f.Fd()), buf) })
	if errors.Is(err, unix.ENOTSUP) || len(list) == 0 {
		return nil, nil
	}
	if err != nil {
		return nil, &fs.PathError{Op: "list attributes of", Path: f.Name(), Err: err}
	}
	out := map[string][]byte{}
	for _, name := range bytes.Split(bytes.TrimSuffix(list, []byte{0}), []byte{0}) {
		switch name := string(name); name {
		case "security.ima", "security.evm", "security.capability":
		default:
			value, err := xattrCall(func(buf []byte) (int, error) { return unix.Fgetxattr(int(f.Fd()), name, buf) })
			if err != nil {
				return nil, &fs.PathError{Op: "read an attribute of", Path: f.Name(), Err: err}
			}
			out[name] = value
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
		if err != nil {
			return nil, err
		}
		return buf[:n], nil
	}
}

const posixACL = "system.posix_acl_access"

func (f realFile) dropACL() error {
	err := unix.Fremovexattr(int(f.Fd()), posixACL)
	if err != nil && !errors.Is(err, unix.ENODATA) && !errors.Is(err, unix.ENOTSUP) {
		return &fs.PathError{Op: "remove the ACL of", Path: f.Name(), Err: err}
	}
	return nil
}

func (f realFile) setAttribute(name string, value []byte) error {
	if err := unix.Fsetxattr(int(f.Fd()), name, value, 0); err != nil {
		return &fs.PathError{Op: "set an attribute of", Path: f.Name(), Err: err}
	}
	return nil
}
