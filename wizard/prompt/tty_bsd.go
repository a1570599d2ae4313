//go:build darwin || freebsd || netbsd || openbsd

package prompt

import "golang.org/x/sys/unix"

const (
	getTermios = unix.TIOCGETA
	setTermios = unix.TIOCSETA
	vdisable   = 0xff // _POSIX_VDISABLE: no key
)

const fread = 1 // FREAD of sys/fcntl.h: the queue of what was typed

// drop throws away what was typed on a terminal and not yet read.
func drop(fd int) error { return unix.IoctlSetPointerInt(fd, unix.TIOCFLUSH, fread) }
