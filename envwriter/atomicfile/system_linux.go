package atomicfile

import (
	"bytes"
	"errors"
	"strings"

	"golang.org/x/sys/unix"
)

func renameat2(dir int, from, to string, how Renaming) error {
	flags := map[Renaming]uint{ifMissing: unix.RENAME_NOREPLACE, exchanging: unix.RENAME_EXCHANGE}[how]
	err := unix.Renameat2(dir, from, dir, to, flags)
	if errors.Is(err, unix.EINVAL) { // some network file systems
		return errors.ErrUnsupported
	}
	return err
}

// attributes returns the extended attributes, ACLs among them.
func (f realFile) attributes() (map[string][]byte, error) {
	fd, buf := int(f.Fd()), make([]byte, 64<<10) // more than the kernel allows a name list or a value
	n, err := unix.Flistxattr(fd, buf)
	if errors.Is(err, unix.ENOTSUP) || n == 0 && err == nil {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	out := map[string][]byte{}
	for name := range strings.SplitSeq(strings.TrimSuffix(string(buf[:n]), "\x00"), "\x00") {
		n, err := unix.Fgetxattr(fd, name, buf)
		if err != nil {
			return nil, err
		}
		out[name] = bytes.Clone(buf[:n])
	}
	return out, nil
}

const posixACL = "system.posix_acl_access"

func (f realFile) dropACL() error {
	err := unix.Fremovexattr(int(f.Fd()), posixACL)
	if errors.Is(err, unix.ENODATA) || errors.Is(err, unix.ENOTSUP) {
		return nil
	}
	return err
}

func (f realFile) setAttribute(name string, value []byte) error {
	return unix.Fsetxattr(int(f.Fd()), name, value, 0)
}
